/** English words that say nothing by themselves: they make no sentence new, and none of them is a name at its beginning. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `a about above absolutely actually after afterwards again against ah all almost already also although always am among an and
  another any anybody anyone anything anyway are around as ask at away back basically be because been before being below besides
  between both but by bye came can certainly clearly come consequently could currently definitely did different do does doing done down during
  each either else even ever every everyone everything exactly excellent few finally fine first for from further furthermore generally
  get give given glad go going good got great had happy has have having he hello help hence her here hers hi him his hm how
  however i if imagine in indeed inside instead interesting into is it its itself just keep know last lastly later least less let like
  likewise look looking lot made mainly make makes many may maybe me meanwhile might mine more moreover most mostly much must my
  naturally need needs neither never nevertheless next nice no nobody none nonetheless nor not nothing now obviously of off often oh ok
  okay on once one only onto or other others otherwise our ours out outside over overall particularly per perfect perhaps please plus
  possibly presumably previously probably put quite rather read really recently regarding right said same say see seems several shall she should
  similarly simply since so some somebody somehow someone something sometimes soon speaking still such sure surely take talk tell than thank thanks that the
  their theirs them then there thereby therefore these they thing things think this those though through thus time to today
  together tomorrow too toward towards try turn two typically ultimately under unfortunately unless until up upon us use used usually various
  very want was way we well were what whatever when whenever where whether which while who whoever whole whom whose why will with
  within without wonderful would write wrote yeah yes yesterday yet you your yours`.split(/\s+/),
);
