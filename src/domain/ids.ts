declare const id: unique symbol;
type Id<Name extends string> = string & { readonly [id]: Name };

/** One completion as a user asked for it; ties its attempts together. */
export type CallId = Id<'call'>;
/** One request to one provider, or one answer from the cache. */
export type AttemptId = Id<'attempt'>;
/** A run of an agent or swarm, to which calls belong. */
export type RunId = Id<'run'>;
/** A stored memory. */
export type MemoryId = Id<'memory'>;
