/**
 * A body as JSON text that every parser accepts: halves of surrogate pairs, which `JSON.stringify` writes as escapes
 * that strict parsers refuse, become U+FFFD, in keys as well. Costs nothing where there are none.
 */
export function toJson(body: object): string {
  const json = JSON.stringify(body);
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  // Escapes are taken one by one, so that an escaped backslash before a plain "ud800" is not mistaken for one.
  return json.replace(/\\(?:u[0-9a-fA-F]{4}|.)/g, (written) =>
    /^\\u[dD][89a-fA-F]/.test(written) ? '\uFFFD' : written,
  );
}
