package dev.ballast.locks;

import java.util.List;

/**
 * What an engine says of itself.
 *
 * @param name for people: {@code PostgreSQL 18.6 at db.internal:5432}, without passwords
 * @param promise what it keeps its leases and tokens through, in a sentence
 * @param warnings what it needs for that and lacks as it is set up, each with the remedy; to be shown at start
 */
public record EngineFacts(String name, String promise, List<String> warnings) {
  public EngineFacts {
    warnings = List.copyOf(warnings);
  }
}
