package dev.ballast.model;

import java.util.Optional;

/**
 * A port and the protocol spoken on it.
 *
 * @param port 1 to 65535
 * @param pool where connections go: required for {@link Protocol#TCP}, absent for {@link Protocol#HTTP}, whose routes decide
 */
public record Listener(String name, int port, Protocol protocol, Optional<String> pool) {
  public Listener {
    Names.requireName(name);
    Ranges.require("port", port, 1, 65_535);
  }
}
