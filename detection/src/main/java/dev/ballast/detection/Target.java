package dev.ballast.detection;

/**
 * What is probed.
 *
 * @param id for the owner: {@code POOL/BACKEND}
 * @param host an address or a name, which is resolved again every 10 s
 * @param port 1 to 65535
 */
public record Target(String id, String host, int port, ProbeSpec spec, WatchSettings settings) {
  public Target {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
    }
  }
}
