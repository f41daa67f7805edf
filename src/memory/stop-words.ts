/**
 * Words that say nothing about what is looked for, in English, German, French and Spanish; lower case, without
 * diacritics. Words that mean something in another of these languages (German "war", French "car", "fin") are left out.
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    // English, with what remains of "don't", "we'll", "you're"
    'a an and any are as at be been being but by can could did do does doing done for from had has have having he her',
    'here hers him his how i if in into is it its itself just me my myself not of on or our ours please she should so some',
    'such than that the their theirs them then there these they this those to too us very was we were what when where',
    'which while who whom why will with would you your yours s t ll re ve don doesn didn isn aren wasn weren couldn',
    'shouldn wouldn',
    // German
    'aber als am auf aus bei bin bis bist dann das dass dein dem den der des dich die dir doch du durch ein eine einem einen',
    'einer eines er es euch euer fur haben ich ihm ihn ihr ihre im ist ja jede jeder kann kein keine mein mich mir mit',
    'nach nicht noch nur oder ohne sein seine sich sie sind soll uber um und uns unser unter vom von vor wann warum wer',
    'werden wie wir wird wo wurde wurden zu zum zur',
    // French
    'au aux avec ce ces cet cette dans de donc du elle elles en est et etre eux il ils je la le les leur leurs lui mais',
    'mes moi ne nos notre nous ou par pas pour qu que quel quelle qui sa sans se ses sont sur tu un une vos votre vous',
    // Spanish
    'al como con cual cuando del donde el ella ellas ellos eres es esa ese eso esta este esto ha hay la las lo los muy',
    'nos o para pero por porque que quien se ser si sin sobre su sus tambien un una uno unos y ya yo',
  ].flatMap((line) => line.split(' ')),
);
