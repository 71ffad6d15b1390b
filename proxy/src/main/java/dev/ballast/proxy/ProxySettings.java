package dev.ballast.proxy;

import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Subset;
import dev.ballast.model.Backend;
import dev.ballast.model.DataKey;
import dev.ballast.model.FleetSecrets;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything an LB server is started with. Start from {@link #of} and change what differs.
 *
 * @param token what mutating admin requests must bear
 * @param eventLoops at least 1
 * @param nameServers for the names of backends; empty: those of the system
 * @param sync where the configuration comes from, asked for each report
 * @param acceptHeld told to use a configuration that was held back
 * @param place where it stands among the others
 * @param secrets what opens the secrets of the configuration
 * @param accessLog where lines of the access log go, in batches; may be slow, and stand still
 * @param transport what sockets are waited for with
 * @param extensions algorithms of users' own
 * @param moreMetrics of others in the process, asked for each time that somebody asks for the metrics
 */
public record ProxySettings(
    Identity identity,
    Addresses addresses,
    String token,
    int eventLoops,
    Limits limits,
    List<InetSocketAddress> nameServers,
    Supplier<SyncReport> sync,
    Runnable acceptHeld,
    Place place,
    Surroundings surroundings,
    Secrets secrets,
    OutputStream accessLog,
    TransportKind transport,
    Extensions extensions,
    Supplier<List<MetricSnapshot>> moreMetrics) {
  public static final int DEFAULT_ADMIN_PORT = 7071;

  public ProxySettings {
    if (eventLoops < 1) {
      throw new IllegalArgumentException("an LB server has at least 1 event loop: " + eventLoops);
    }
    if (token.isBlank()) {
      throw new IllegalArgumentException("an LB server needs a token for its admin port");
    }
    nameServers = List.copyOf(nameServers);
  }

  /**
   * As which an LB server shows itself.
   *
   * @param instance random, made at each start: tells two processes of one name apart
   */
  public record Identity(String name, String instance, String fleet, String version) {}

  /**
   * Where an LB server listens.
   *
   * @param listeners where its listeners are bound
   * @param portOffset added to the port of every listener, for several LB servers on one address
   * @param adminPort 0 for any free one
   * @param isInsecure whether requests that change something may come to the admin port from other machines, their token
   *     in clear
   */
  public record Addresses(
      InetAddress listeners, int portOffset, InetAddress admin, int adminPort, boolean isInsecure) {
    private static final int PORT_OFFSET_LIMIT = 60_000;

    public Addresses {
      if (portOffset < 0 || portOffset > PORT_OFFSET_LIMIT) {
        throw new IllegalArgumentException(
            "a port offset is 0 to " + PORT_OFFSET_LIMIT + ": " + portOffset);
      }
    }
  }

  /**
   * Where an LB server stands among the others.
   *
   * @param zone its own, or empty
   * @param ordinal its number, at least 0, which says what its subset of large pools is
   */
  public record Place(String zone, long ordinal) {
    public Place {
      Backend.requireZone(zone);
      if (ordinal < 0) {
        throw new IllegalArgumentException("an ordinal is at least 0: " + ordinal);
      }
    }
  }

  /**
   * Time and chance.
   *
   * @param clock the wall clock: verdicts and overrides are judged by it
   * @param ticker the steady clock: time limits are measured by it
   * @param random where round robin starts
   */
  public record Surroundings(InstantSource clock, Ticker ticker, RandomGenerator random) {}

  /**
   * What opens the secrets of the configuration.
   *
   * @param dataKey under which they are sealed; absent: only clear ones can be used
   * @param fleetKeys for a configuration that brings none: of static mode, or this process's own
   */
  public record Secrets(Optional<DataKey> dataKey, FleetSecrets fleetKeys) {}

  /** An LB server of the fleet {@code default} on one address, admin port included. */
  public static ProxySettings of(
      String name, InetAddress address, String token, InstantSource clock, RandomGenerator random) {
    return new ProxySettings(
        new Identity(name, Long.toHexString(random.nextLong()), "default", "unknown"),
        new Addresses(address, 0, address, DEFAULT_ADMIN_PORT, false),
        token,
        Runtime.getRuntime().availableProcessors(),
        Limits.defaults(),
        List.of(),
        () -> SyncReport.NONE,
        () -> {},
        new Place("", Subset.ordinalOf(name)),
        new Surroundings(clock, Ticker.systemTicker(), random),
        new Secrets(Optional.empty(), FleetSecrets.random(new SecureRandom())),
        new FileOutputStream(FileDescriptor.out),
        TransportKind.AUTO,
        Extensions.NONE,
        List::of);
  }

  public String name() {
    return identity.name();
  }

  public String instance() {
    return identity.instance();
  }

  public String fleet() {
    return identity.fleet();
  }

  public String version() {
    return identity.version();
  }

  public ProxySettings identifiedBy(String instance, String fleet, String version) {
    return with(new Identity(identity.name(), instance, fleet, version));
  }

  /** Listeners are bound here; the admin port stays where it is. */
  public ProxySettings withAddress(InetAddress address) {
    return with(
        new Addresses(
            address,
            addresses.portOffset(),
            addresses.admin(),
            addresses.adminPort(),
            addresses.isInsecure()));
  }

  public ProxySettings withAdmin(InetAddress address, int port) {
    return with(
        new Addresses(
            addresses.listeners(), addresses.portOffset(), address, port, addresses.isInsecure()));
  }

  public ProxySettings withPortOffset(int offset) {
    return with(
        new Addresses(
            addresses.listeners(),
            offset,
            addresses.admin(),
            addresses.adminPort(),
            addresses.isInsecure()));
  }

  public ProxySettings withInsecureAdmin(boolean isInsecure) {
    return with(
        new Addresses(
            addresses.listeners(),
            addresses.portOffset(),
            addresses.admin(),
            addresses.adminPort(),
            isInsecure));
  }

  public ProxySettings withEventLoops(int count) {
    return changed(draft -> draft.eventLoops = count);
  }

  public ProxySettings withLimits(Limits others) {
    return changed(draft -> draft.limits = others);
  }

  public ProxySettings withNameServers(List<InetSocketAddress> servers) {
    return changed(draft -> draft.nameServers = servers);
  }

  /** Where its configuration comes from, and what to do with one that was held back. */
  public ProxySettings withSync(Supplier<SyncReport> source, Runnable accept) {
    return changed(
        draft -> {
          draft.sync = source;
          draft.acceptHeld = accept;
        });
  }

  public ProxySettings withPlace(Place other) {
    return changed(draft -> draft.place = other);
  }

  public ProxySettings withSecrets(Secrets opening) {
    return changed(draft -> draft.secrets = opening);
  }

  /** Where the access log goes; closed by whoever opened it. */
  public ProxySettings withAccessLog(OutputStream out) {
    return changed(draft -> draft.accessLog = out);
  }

  public ProxySettings withTransport(TransportKind kind) {
    return changed(draft -> draft.transport = kind);
  }

  /** Algorithms of users' own. */
  public ProxySettings withExtensions(Extensions found) {
    return changed(draft -> draft.extensions = found);
  }

  /** Metrics of others in the process, to be shown beside its own. */
  public ProxySettings withMoreMetrics(Supplier<List<MetricSnapshot>> others) {
    return changed(draft -> draft.moreMetrics = others);
  }

  private ProxySettings with(Identity other) {
    return changed(draft -> draft.identity = other);
  }

  private ProxySettings with(Addresses others) {
    return changed(draft -> draft.addresses = others);
  }

  private ProxySettings changed(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.settings(this);
  }

  /** What can be changed of settings, while it is changed. */
  private static final class Draft {
    private Identity identity;
    private Addresses addresses;
    private int eventLoops;
    private Limits limits;
    private List<InetSocketAddress> nameServers;
    private Supplier<SyncReport> sync;
    private Runnable acceptHeld;
    private Place place;
    private Secrets secrets;
    private OutputStream accessLog;
    private TransportKind transport;
    private Extensions extensions;
    private Supplier<List<MetricSnapshot>> moreMetrics;

    Draft(ProxySettings from) {
      identity = from.identity;
      addresses = from.addresses;
      eventLoops = from.eventLoops;
      limits = from.limits;
      nameServers = from.nameServers;
      sync = from.sync;
      acceptHeld = from.acceptHeld;
      place = from.place;
      secrets = from.secrets;
      accessLog = from.accessLog;
      transport = from.transport;
      extensions = from.extensions;
      moreMetrics = from.moreMetrics;
    }

    ProxySettings settings(ProxySettings from) {
      return new ProxySettings(
          identity,
          addresses,
          from.token,
          eventLoops,
          limits,
          nameServers,
          sync,
          acceptHeld,
          place,
          from.surroundings,
          secrets,
          accessLog,
          transport,
          extensions,
          moreMetrics);
    }
  }
}
