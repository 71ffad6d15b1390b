package dev.ballast.proxy;

import dev.ballast.model.BackendAddress;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves the host names of backends, off the request path: the hosts file first, then DNS. A name is asked for again when
 * its time to live is over; while no good answer comes, the last one stays. A backend whose name never resolved is not
 * eligible, and nothing else suffers.
 *
 * <p>The table of names belongs to the control thread, their refreshing to this service's own event loop.
 */
final class Names implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Names.class);
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  /** A time to live of 0 must not become a busy loop; one of a week must not outlive an operator's patience. */
  static final Duration SHORTEST_REFRESH = Duration.ofSeconds(1);

  static final Duration LONGEST_REFRESH = Duration.ofMinutes(10);

  /** Of answers that have no time to live: the hosts file is looked at this often. */
  static final Duration DEFAULT_REFRESH = Duration.ofSeconds(30);

  private final EventLoopGroup group;
  private final EventLoop eventLoop;
  private final DnsNameResolver resolver;
  private final TimesToLive timesToLive = new TimesToLive();
  private final Runnable firstResolved;
  private final int queryLimit;
  private final Map<String, Name> names = new ConcurrentHashMap<>();
  private final Queue<Name> due = new ConcurrentLinkedQueue<>();
  private int underWay;

  /**
   * @param servers empty: those of the system
   * @param firstResolved told when a name got its first address; on any thread
   */
  Names(List<InetSocketAddress> servers, Limits limits, Runnable firstResolved) {
    this.firstResolved = firstResolved;
    this.queryLimit = limits.of(Limit.NAME_QUERIES);
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("ballast-names", true), NioIoHandler.newFactory());
    this.eventLoop = group.next();
    var builder =
        new DnsNameResolverBuilder(eventLoop)
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class)
            .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
            .resolveCache(timesToLive)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
    if (!servers.isEmpty()) {
      builder.nameServerProvider(new SequentialDnsServerAddressStreamProvider(servers));
    }
    this.resolver = builder.build();
  }

  /** What is or will be known of a backend's host. On the control thread. */
  HostAddress address(BackendAddress address) {
    return address.isLiteral()
        ? HostAddress.literal(address.host())
        : names.computeIfAbsent(address.host(), this::track).address;
  }

  /** Forgets the names that no backend has any more. On the control thread. */
  void retain(Set<String> hosts) {
    names.values().removeIf(name -> !hosts.contains(name.address.host()) && name.drop());
  }

  int count() {
    return names.size();
  }

  /** Names that wait to be asked for, because enough queries are under way. */
  int waiting() {
    return due.size();
  }

  private Name track(String host) {
    var name = new Name(HostAddress.unresolved(host));
    eventLoop.execute(() -> queue(name));
    return name;
  }

  private void queue(Name name) {
    due.add(name);
    askNext();
  }

  private void askNext() {
    while (underWay < queryLimit && !due.isEmpty()) {
      Name name = due.remove();
      if (!name.isDropped) {
        underWay++;
        resolver
            .resolveAll(name.address.host())
            .addListener((Future<List<InetAddress>> answer) -> answered(name, answer));
      }
    }
  }

  private void answered(Name name, Future<List<InetAddress>> answer) {
    underWay--;
    if (answer.isSuccess()) {
      resolved(name, answer.getNow());
    } else {
      failed(name, answer.cause());
    }
    askNext();
  }

  private void resolved(Name name, List<InetAddress> addresses) {
    InetAddress before = name.address.current();
    InetAddress chosen =
        before != null && addresses.contains(before) ? before : addresses.getFirst();
    if (!chosen.equals(before) || name.failures > 0) {
      LOG.info("{} resolved to {}", name.address.host(), chosen.getHostAddress());
    }
    name.failures = 0;
    name.address.resolved(chosen);
    if (before == null) {
      firstResolved.run();
    }
    askLater(name, timesToLive.take(name.address.host()));
  }

  private void failed(Name name, Throwable cause) {
    if (name.failures++ == 0) {
      boolean isKept = name.address.current() != null;
      LOG.warn(
          "{} does not resolve ({}){}",
          name.address.host(),
          cause.getMessage(),
          isKept ? ", keeping the last answer" : "");
    }
    long seconds = Math.min(DEFAULT_REFRESH.toSeconds(), 1L << Math.min(name.failures - 1, 10));
    askLater(name, Duration.ofSeconds(seconds));
  }

  private void askLater(Name name, Duration delay) {
    if (!name.isDropped && !eventLoop.isShuttingDown()) {
      var _ = eventLoop.schedule(() -> queue(name), delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    resolver.close();
    group
        .shutdownGracefully(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT.toMillis());
  }

  /** One name; all but the address belongs to the event loop. */
  private static final class Name {
    private final HostAddress address;
    private int failures;
    private volatile boolean isDropped;

    Name(HostAddress address) {
      this.address = address;
    }

    boolean drop() {
      isDropped = true;
      return true;
    }
  }
}
