package dev.ballast.proxy;

import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything an LB server is started with. Start from {@link #of} and change what differs.
 *
 * @param instance random, made at each start: tells two processes of one name apart
 * @param address where its listeners are bound
 * @param adminPort 0 for any free one
 * @param portOffset added to the port of every listener, for several LB servers on one address
 * @param token what mutating admin requests must bear
 * @param eventLoops at least 1
 * @param nameServers for the names of backends; empty: those of the system
 * @param sync where the configuration comes from, asked for each report
 * @param acceptHeld told to use a configuration that was held back
 * @param fleetSeed what the LB servers of a fleet hash with
 * @param clock the wall clock: verdicts and overrides are judged by it
 * @param ticker the steady clock: time limits are measured by it
 * @param random where round robin starts
 */
public record ProxySettings(
    String name,
    String instance,
    String fleet,
    String version,
    InetAddress address,
    InetAddress adminAddress,
    int adminPort,
    int portOffset,
    String token,
    int eventLoops,
    Limits limits,
    List<InetSocketAddress> nameServers,
    Supplier<SyncReport> sync,
    Runnable acceptHeld,
    long fleetSeed,
    InstantSource clock,
    Ticker ticker,
    RandomGenerator random) {
  public static final int DEFAULT_ADMIN_PORT = 7071;
  private static final int PORT_OFFSET_LIMIT = 60_000;

  public ProxySettings {
    if (eventLoops < 1) {
      throw new IllegalArgumentException("An LB server has at least 1 event loop: " + eventLoops);
    }
    if (portOffset < 0 || portOffset > PORT_OFFSET_LIMIT) {
      throw new IllegalArgumentException(
          "a port offset is 0 to " + PORT_OFFSET_LIMIT + ": " + portOffset);
    }
    if (token.isBlank()) {
      throw new IllegalArgumentException("An LB server needs a token for its admin port");
    }
    nameServers = List.copyOf(nameServers);
  }

  /** An LB server of the fleet {@code default} on one address, admin port included. */
  public static ProxySettings of(
      String name, InetAddress address, String token, InstantSource clock, RandomGenerator random) {
    return new ProxySettings(
        name,
        Long.toHexString(random.nextLong()),
        "default",
        "unknown",
        address,
        address,
        DEFAULT_ADMIN_PORT,
        0,
        token,
        Runtime.getRuntime().availableProcessors(),
        Limits.defaults(),
        List.of(),
        () -> SyncReport.NONE,
        () -> {},
        0,
        clock,
        Ticker.systemTicker(),
        random);
  }

  /** As which it shows itself. */
  public ProxySettings identifiedBy(String otherInstance, String otherFleet, String otherVersion) {
    return new ProxySettings(
        name,
        otherInstance,
        otherFleet,
        otherVersion,
        address,
        adminAddress,
        adminPort,
        portOffset,
        token,
        eventLoops,
        limits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  /** Listeners are bound here; the admin port stays where it is. */
  public ProxySettings withAddress(InetAddress otherAddress) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        otherAddress,
        adminAddress,
        adminPort,
        token,
        eventLoops,
        limits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  public ProxySettings withAdmin(InetAddress otherAddress, int otherPort) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        otherAddress,
        otherPort,
        portOffset,
        token,
        eventLoops,
        limits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  public ProxySettings withPortOffset(int offset) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        adminAddress,
        adminPort,
        offset,
        token,
        eventLoops,
        limits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  public ProxySettings withEventLoops(int count) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        adminAddress,
        adminPort,
        portOffset,
        token,
        count,
        limits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  public ProxySettings withLimits(Limits otherLimits) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        adminAddress,
        adminPort,
        portOffset,
        token,
        eventLoops,
        otherLimits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  public ProxySettings withNameServers(List<InetSocketAddress> servers) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        adminAddress,
        adminPort,
        portOffset,
        token,
        eventLoops,
        limits,
        servers,
        sync,
        acceptHeld,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  /** Where its configuration comes from, and what to do with one that was held back. */
  public ProxySettings withSync(Supplier<SyncReport> source, Runnable accept) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        adminAddress,
        adminPort,
        portOffset,
        token,
        eventLoops,
        limits,
        nameServers,
        source,
        accept,
        fleetSeed,
        clock,
        ticker,
        random);
  }

  /** Time and chance, for tests. */
  public ProxySettings withClock(InstantSource otherClock) {
    return new ProxySettings(
        name,
        instance,
        fleet,
        version,
        address,
        adminAddress,
        adminPort,
        portOffset,
        token,
        eventLoops,
        limits,
        nameServers,
        sync,
        acceptHeld,
        fleetSeed,
        otherClock,
        ticker,
        random);
  }
}
