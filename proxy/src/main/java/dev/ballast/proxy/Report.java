package dev.ballast.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an LB server says about itself. The names of the components are those of the JSON at {@code /report}.
 *
 * @param zone its own, or null if it was told none
 * @param ordinal its number, by which it has its subsets
 */
public record Report(
    String name,
    String instance,
    String fleet,
    @Nullable String zone,
    long ordinal,
    String version,
    boolean ready,
    @Nullable String revision,
    @Nullable String held,
    int eventLoops,
    String transport,
    String tls,
    Sync sync,
    List<Listener> listeners,
    List<Pool> pools) {

  /** How the configuration gets here. */
  public record Sync(
      String mode, boolean connected, String source, @Nullable String lastContact, String detail) {}

  /**
   * One listener of one load balancer.
   *
   * @param state bound or failed
   * @param reason why it failed, else null
   * @param remedy what to do about it, else null
   */
  public record Listener(
      String loadBalancer,
      String name,
      int port,
      String protocol,
      String state,
      @Nullable String reason,
      @Nullable String remedy) {}

  /**
   * One pool as this LB server sees it.
   *
   * @param priority of the group in use; null if there is one only, or all serve together
   * @param ownZonePercent how much of the work stays in the own zone; null if no zone comes first
   * @param reason why no connection to its backends comes about, as TLS with them lacks a certificate, or why it is not balanced as it should be;
   *     else null
   * @param remedy what to do about it, else null
   */
  public record Pool(
      String name,
      boolean panic,
      @Nullable Integer priority,
      @Nullable Integer ownZonePercent,
      @Nullable String reason,
      @Nullable String remedy,
      List<Backend> backends) {}

  /**
   * One backend as this LB server sees it.
   *
   * @param resolved the IP address in use, or null while the name does not resolve
   * @param reason why it is eligible, or is not
   */
  public record Backend(
      String name,
      String address,
      @Nullable String resolved,
      boolean eligible,
      String reason,
      int weight,
      long inFlight,
      long requests,
      long failures) {}
}
