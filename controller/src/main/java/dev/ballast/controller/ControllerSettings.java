package dev.ballast.controller;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a controller is reached, and its limits.
 *
 * @param address to bind to; {@code 0.0.0.0} for all
 * @param port to bind to; 0 for a free one
 * @param token that every request of the API needs
 * @param tls certificate and key; without them the API is spoken in clear
 * @param isInsecure whether it may be spoken in clear beyond this machine
 * @param hosts the names and addresses that clients reach it by, beside {@code address} and those of the loopback interface
 * @param version of the software, for status
 * @param connections most connections at a time; more wait to be accepted
 * @param idleTimeout after which a connection on which nothing happens is closed
 * @param patience how long a read waits for its revision, and a write for the catalog to show it
 */
public record ControllerSettings(
    String address,
    int port,
    String token,
    Optional<TlsFiles> tls,
    boolean isInsecure,
    Set<String> hosts,
    String version,
    int connections,
    Duration idleTimeout,
    Duration patience,
    WatchLimits watch) {
  private static final int DEFAULT_CONNECTIONS = 4_096;
  private static final int TOKEN_LENGTH_LEAST = 16;

  /** The port by default. */
  public static final int DEFAULT_PORT = 7070;

  public ControllerSettings {
    hosts = Set.copyOf(hosts);
    if (token.length() < TOKEN_LENGTH_LEAST) {
      throw new ControllerStartFailed(
          "the token has "
              + token.length()
              + " characters; it needs at least "
              + TOKEN_LENGTH_LEAST);
    }
    if (!Gate.isLoopback(address) && tls.isEmpty() && !isInsecure) {
      throw new ControllerStartFailed(
          "on "
              + address
              + " the API, and the token with it, would cross the network in clear: give --tls-cert and"
              + " --tls-key, or bind to 127.0.0.1, or say --insecure if the network itself is protected");
    }
  }

  /** The defaults: without TLS, at a loopback address. */
  public static ControllerSettings of(String address, int port, String token, String version) {
    return new ControllerSettings(
        address,
        port,
        token,
        Optional.empty(),
        false,
        Set.of(),
        version,
        DEFAULT_CONNECTIONS,
        Duration.ofSeconds(60),
        Duration.ofSeconds(2),
        WatchLimits.defaults());
  }

  public ControllerSettings withWatch(WatchLimits limits) {
    return new ControllerSettings(
        address,
        port,
        token,
        tls,
        isInsecure,
        hosts,
        version,
        connections,
        idleTimeout,
        patience,
        limits);
  }

  public ControllerSettings withConnections(int limit) {
    return new ControllerSettings(
        address, port, token, tls, isInsecure, hosts, version, limit, idleTimeout, patience, watch);
  }

  public ControllerSettings withPatience(Duration other) {
    return new ControllerSettings(
        address,
        port,
        token,
        tls,
        isInsecure,
        hosts,
        version,
        connections,
        idleTimeout,
        other,
        watch);
  }

  /** What a person should know about these settings. */
  List<String> warnings() {
    return !Gate.isLoopback(address) && tls.isEmpty()
        ? List.of("insecure: the API is spoken in clear on " + address)
        : List.of();
  }

  Set<String> knownHosts() {
    var known = new HashSet<>(hosts);
    known.add(address);
    return known;
  }
}
