package dev.ballast.proxy;

import dev.ballast.balancing.Standing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an LB server says about itself. The names of the components are those of the JSON at {@code /report}.
 *
 * @param zone its own, or null if it was told none
 * @param ordinal its number, by which it has its subsets
 * @param ready whether a snapshot is in use, at least one listener bound, and it has not been told to leave
 * @param revision in use, or null before the first
 * @param held why a list that a controller has sent is not used, or null
 * @param pools empty if it was asked for without
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

  /**
   * How the configuration gets here.
   *
   * @param connected whether it hears a controller now; if not, it has not since {@code lastContact}
   * @param lastContact when it last heard one, or null if it never did
   * @param silentMillis how long ago that was by the LB server's own clock, or null likewise
   */
  public record Sync(
      String mode,
      boolean connected,
      String source,
      @Nullable String lastContact,
      @Nullable Long silentMillis,
      String detail) {}

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
   * @param panic whether so few are eligible that all that could serve are used
   * @param panicThresholdPercent of those that could serve: with fewer eligible, the pool is in panic; 0: never
   * @param eligible how many of its backends may be picked now
   * @param priority of the group in use; null if there is one only, or all serve together
   * @param ownZonePercent how much of the work stays in the own zone; null if no zone comes first
   * @param reason why no connection to its backends comes about, as TLS with them lacks a certificate, or why it is not balanced as it should be;
   *     else null
   * @param remedy what to do about it, else null
   */
  public record Pool(
      String name,
      boolean panic,
      int panicThresholdPercent,
      long eligible,
      @Nullable Integer priority,
      @Nullable Integer ownZonePercent,
      @Nullable String reason,
      @Nullable String remedy,
      List<Backend> backends) {}

  /**
   * One backend as this LB server sees it.
   *
   * @param resolved the IP address in use, or null while the name does not resolve
   * @param eligible whether it may be picked now
   * @param standing by itself, as {@link Standing} has them, in lower case with hyphens: a spare may be healthy and not eligible, and in
   *     panic an unhealthy one is eligible
   * @param reason why it is eligible, or is not
   */
  public record Backend(
      String name,
      String address,
      @Nullable String resolved,
      boolean eligible,
      String standing,
      String reason,
      int weight,
      long inFlight,
      long requests,
      long failures) {}
}
