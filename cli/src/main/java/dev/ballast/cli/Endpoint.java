package dev.ballast.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A controller's API and how to be let in.
 *
 * @param token may be empty: then the controller will say so
 * @param source where the address was found, for messages
 * @param authority a PEM file of certificates to trust instead of the Java runtime's
 */
record Endpoint(URI server, String token, String source, Optional<Path> authority) {
  @Override
  public String toString() {
    return server + " (" + source + ")";
  }
}
