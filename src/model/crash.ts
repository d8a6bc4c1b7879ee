/** What a crashed thread could say of its end. Every part may be missing: it depends on system and engine. */
export interface CrashFacts {
  /** The address that it could not use: `0x10`. */
  readonly address?: string;
  /** What that address is, in words: `a null pointer`, `1 byte after the end of the request of hook.invoke (90 bytes)`. */
  readonly where?: string;
  /** What it was about to do with the address. */
  readonly access?: 'read' | 'write' | 'run';
  /** Which kind of place it is. `guard` is memory of the host that the plugin may not touch in this way. */
  readonly region?: 'guard' | 'null' | 'stack' | 'image' | 'memory' | 'unmapped';
  /** The reason, where it is no address: `an integer was divided by zero`. */
  readonly why?: string;
  /** Which thread of the host it was; absent for one that the plugin started. */
  readonly thread?: string;
  /** The function of the plugin's table that the thread was in: a method's name, or `free_buffer`. */
  readonly method?: string;
  /** What the host was about to do on that thread: `round 5 of 20`. */
  readonly step?: string;
}
