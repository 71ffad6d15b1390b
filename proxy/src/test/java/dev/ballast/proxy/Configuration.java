package dev.ballast.proxy;

import dev.ballast.model.AddressBlock;
import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.BackendTls;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Listener;
import dev.ballast.model.ListenerTls;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Pool;
import dev.ballast.model.Protocol;
import dev.ballast.model.ProxyProtocol;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Route;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Timeouts;
import dev.ballast.model.TlsVersion;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A configuration that tests change step by step; each snapshot has the next revision, and shares unchanged items. */
final class Configuration {
  static final Timeouts BRISK =
      new Timeouts(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30));

  static final HealthCheck CHECK =
      new HealthCheck(
          HealthCheck.Type.HTTP, "/", HealthCheck.DEFAULT_INTERVAL, HealthCheck.DEFAULT_TIMEOUT);

  private final TreeMap<ItemKey, Item> items = new TreeMap<>();
  private long n;

  /** Everything on the port goes to the pool {@code web}. */
  static Configuration http(int port, TestBackend... backends) {
    return new Configuration()
        .httpBalancer("web", port, List.of("*"), route("web"))
        .pool("web", backends);
  }

  /** Every connection to the port goes to the pool {@code cache}. */
  static Configuration tcp(int port, TestBackend... backends) {
    return new Configuration().tcpBalancer("cache", port, "cache").pool("cache", backends);
  }

  static Route route(String pool) {
    return new Route(RouteMatch.ALL, pool);
  }

  static Route prefix(String prefix, String pool) {
    return new Route(new RouteMatch(Optional.empty(), Optional.empty(), Optional.of(prefix)), pool);
  }

  static Route host(String host, String pool) {
    return new Route(new RouteMatch(Optional.of(host), Optional.empty(), Optional.empty()), pool);
  }

  Configuration httpBalancer(String name, int port, List<String> hosts, Route... routes) {
    var listener = new Listener("http", port, Protocol.HTTP, Optional.empty());
    return put(
        new LoadBalancer(
            name, "default", name + ".test", hosts, List.of(listener), List.of(routes)));
  }

  /** One listener that ends TLS with certificates of the configuration. */
  Configuration httpsBalancer(
      String name, int port, List<String> hosts, ListenerTls tls, Route... routes) {
    var listener = new Listener("https", port, Protocol.HTTPS, Optional.empty()).withTls(tls);
    return put(
        new LoadBalancer(
            name, "default", name + ".test", hosts, List.of(listener), List.of(routes)));
  }

  static ListenerTls tls(String... certificates) {
    return new ListenerTls(List.of(certificates), TlsVersion.TLS_1_2, Optional.empty());
  }

  /** Any listener, for the host. */
  Configuration balancer(String name, List<String> hosts, Listener listener) {
    return put(
        new LoadBalancer(name, "default", name + ".test", hosts, List.of(listener), List.of()));
  }

  /** A pool whose backends are spoken to over TLS. */
  Configuration tlsPool(String name, BackendTls tls, String... addresses) {
    put(
        new Pool(name, new Algorithm.RoundRobin(), Optional.empty(), BRISK, 50)
            .with(new Pool.BackendTransport(Optional.of(tls), Optional.empty())));
    for (int i = 0; i < addresses.length; i++) {
      backend(name, "b" + (i + 1), addresses[i], 1);
    }
    return this;
  }

  Configuration tcpBalancer(String name, int port, String pool) {
    var listener = new Listener("tcp", port, Protocol.TCP, Optional.of(pool));
    return put(
        new LoadBalancer(name, "default", name + ".test", List.of(), List.of(listener), List.of()));
  }

  /** With listeners whose connections from these addresses begin with a PROXY header. */
  Configuration fronted(String loadBalancer, String... blocks) {
    LoadBalancer balancer = loadBalancer(loadBalancer);
    List<AddressBlock> from = Stream.of(blocks).map(AddressBlock::parse).toList();
    return put(
        balancer.withListeners(
            balancer.listeners().stream()
                .map(listener -> listener.withProxyProtocol(from))
                .toList()));
  }

  /** With streams that go on for this long once their listener is removed. */
  Configuration drainingFor(String loadBalancer, Duration timeout) {
    return put(loadBalancer(loadBalancer).withDrainTimeout(timeout));
  }

  LoadBalancer loadBalancer(String name) {
    Item item = Objects.requireNonNull(items.get(new ItemKey(Kind.LOAD_BALANCER, name)));
    return (LoadBalancer) item.resource();
  }

  Configuration pool(String name, TestBackend... backends) {
    pool(name, BRISK, Optional.empty());
    for (int i = 0; i < backends.length; i++) {
      backend(name, "b" + (i + 1), backends[i].address(), 1);
    }
    return this;
  }

  Configuration pool(String name, Timeouts timeouts, Optional<HealthCheck> healthCheck) {
    return put(new Pool(name, new Algorithm.RoundRobin(), healthCheck, timeouts, 50));
  }

  /** With backends that are told by a PROXY header whom a connection is from. */
  Configuration introduced(String pool, ProxyProtocol how) {
    Item item = Objects.requireNonNull(items.get(new ItemKey(Kind.POOL, pool)));
    return put(
        ((Pool) item.resource())
            .with(new Pool.BackendTransport(Optional.empty(), Optional.of(how))));
  }

  /** With a pool that bears so much. */
  Configuration resilient(String pool, Pool.Resilience resilience) {
    Item item = Objects.requireNonNull(items.get(new ItemKey(Kind.POOL, pool)));
    return put(((Pool) item.resource()).with(resilience));
  }

  Configuration pool(String name, Timeouts timeouts, Pool.Resilience resilience) {
    return put(
        new Pool(name, new Algorithm.RoundRobin(), Optional.empty(), timeouts, 50)
            .with(resilience));
  }

  Configuration weightedPool(String name) {
    return put(new Pool(name, new Algorithm.WeightedRoundRobin(), Optional.empty(), BRISK, 50));
  }

  Configuration backend(String pool, String id, String address, int weight) {
    return put(
        new Backend(pool, id, BackendAddress.parse(address), weight, "", AdminState.ENABLED));
  }

  Configuration backend(String pool, String id, String address, AdminState state) {
    return put(new Backend(pool, id, BackendAddress.parse(address), 1, "", state));
  }

  Configuration status(String pool, String id, Verdict verdict, Instant since) {
    return put(new BackendStatus(pool, id, verdict, "", 0, since));
  }

  Configuration override(
      String pool, String id, AdminState state, Instant when, Optional<Instant> until) {
    return put(new AdminOverride(ItemKey.backend(pool, id), state, "anna", "test", when, until));
  }

  Configuration without(Kind kind, String name) {
    items.remove(new ItemKey(kind, name));
    return this;
  }

  Configuration put(Resource resource) {
    items.put(resource.key(), new Item(resource, n + 1));
    return this;
  }

  Snapshot next() {
    n++;
    return Snapshot.of(new Revision("0000abcd", n), new ArrayList<>(items.values()));
  }
}
