package dev.ballast.proxy;

import dev.ballast.model.Item;
import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Protocol;
import dev.ballast.model.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes of the load balancers what each port serves. Load balancers may share a port; a request belongs to the one that serves
 * its host: exact names before wildcards, longer wildcards before shorter ones, {@code *} last. Within it, routes for a host
 * stand before routes for more hosts, and else in document order.
 */
final class PortCompiler {
  private static final String ANY = "*";
  private static final int HOSTS_NAMED = 20;

  private PortCompiler() {}

  /**
   * All ports.
   *
   * @param listeners as they are configured, for the report
   */
  record Ports(Map<Integer, PortPlan> plans, List<ConfiguredListener> listeners) {
    static final Ports NONE = new Ports(Map.of(), List.of());
  }

  static Ports compile(
      List<Item> loadBalancers,
      Function<String, PoolPlan> pools,
      TlsCompiler tls,
      Bookkeeper bookkeeper) {
    bookkeeper.begin();
    var streams = new StreamCompiler(pools, bookkeeper);
    var plans = new HashMap<Integer, PortPlan>();
    var listeners = new ArrayList<ConfiguredListener>();
    var http = new TreeMap<Integer, List<LoadBalancer>>();
    var secured = new TlsPorts(tls);
    var entries = new HashMap<Integer, Entry>();
    for (Item item : loadBalancers) {
      LoadBalancer balancer = (LoadBalancer) item.resource();
      for (Listener listener : balancer.listeners()) {
        TlsCompiler.Offer offer = secured.add(balancer, listener);
        listeners.add(ConfiguredListener.of(balancer, listener, offer));
        entries.merge(
            listener.port(),
            new Entry(listener.port(), listener.proxyProtocol(), balancer.drainTimeout().toNanos()),
            Entry::joined);
        switch (listener.protocol()) {
          case HTTP ->
              http.computeIfAbsent(listener.port(), port -> new ArrayList<>()).add(balancer);
          case HTTPS, TLS, TLS_PASSTHROUGH -> {}
          case TCP ->
              plans.putIfAbsent(
                  listener.port(),
                  new PortPlan.Tcp(
                      Objects.requireNonNull(entries.get(listener.port())),
                      streams.ofListener(balancer, listener)));
        }
      }
    }
    http.forEach(
        (port, sharing) -> {
          Entry entry = Objects.requireNonNull(entries.get(port));
          plans.putIfAbsent(port, compileHttp("http", entry, sharing, pools, bookkeeper));
        });
    secured.compile(
        entries,
        (entry, sharing) -> compileHttp("https", entry, sharing, pools, bookkeeper),
        streams,
        plans);
    bookkeeper.finish();
    return new Ports(Map.copyOf(plans), List.copyOf(listeners));
  }

  private static PortPlan.Http compileHttp(
      String scheme,
      Entry entry,
      List<LoadBalancer> sharing,
      Function<String, PoolPlan> pools,
      Bookkeeper bookkeeper) {
    var owners = new LinkedHashMap<String, LoadBalancer>();
    for (LoadBalancer balancer : sharing) {
      balancer.hosts().forEach(host -> owners.putIfAbsent(host, balancer));
    }
    HostTable<LoadBalancer> ownerTable = HostTable.of(owners);
    var plans = new LinkedHashMap<String, HostPlan>();
    for (LoadBalancer balancer : sharing) {
      var compiler =
          new RouteCompiler(
              balancer,
              scheme,
              pools,
              route -> bookkeeper.open(balancer, listenerOf(balancer, entry.port()), route));
      Map<String, RouteTable> byHost = tablesByHost(balancer, compiler);
      RoutePolicy unrouted = compiler.unrouted();
      Stream.concat(balancer.hosts().stream(), byHost.keySet().stream())
          .filter(host -> balancer.equals(ownerOf(host, ownerTable)))
          .forEach(
              host ->
                  plans.computeIfAbsent(
                      host, pattern -> new HostPlan(tablesFor(pattern, byHost), unrouted)));
    }
    return new PortPlan.Http(
        entry,
        HostTable.of(plans),
        describe(owners.keySet().stream().sorted().toList()),
        bookkeeper.openRefused(sharing, listenerOf(sharing.getFirst(), entry.port())));
  }

  private static String listenerOf(LoadBalancer balancer, int port) {
    return balancer.listeners().stream()
        .filter(listener -> listener.port() == port)
        .map(Listener::name)
        .findFirst()
        .orElseThrow();
  }

  /** The load balancer that requests for this host, or for the hosts under this wildcard, go to. */
  private static @Nullable LoadBalancer ownerOf(String host, HostTable<LoadBalancer> owners) {
    byte[] name = Grammar.ascii(host);
    return owners.find(name, 0, name.length);
  }

  private static Map<String, RouteTable> tablesByHost(
      LoadBalancer balancer, RouteCompiler compiler) {
    var byHost = new LinkedHashMap<String, List<RoutePlan>>();
    int place = 0;
    for (Route route : balancer.routes()) {
      byHost
          .computeIfAbsent(route.match().host().orElse(ANY), host -> new ArrayList<>())
          .add(compiler.compile(route, ++place));
    }
    var tables = new LinkedHashMap<String, RouteTable>();
    byHost.forEach((host, routes) -> tables.put(host, RouteTable.of(routes)));
    return tables;
  }

  /** The routes that take requests for the pattern, in the order in which they are tried. */
  private static List<RouteTable> tablesFor(String pattern, Map<String, RouteTable> byHost) {
    return widening(pattern).stream().map(byHost::get).filter(Objects::nonNull).toList();
  }

  /** {@code a.b.test}, {@code *.b.test}, {@code *.test}, {@code *}. */
  private static List<String> widening(String pattern) {
    var patterns = new ArrayList<String>();
    patterns.add(pattern);
    int from = pattern.startsWith("*.") ? 2 : 0;
    for (int dot = pattern.indexOf('.', from); dot >= 0; dot = pattern.indexOf('.', dot + 1)) {
      patterns.add("*" + pattern.substring(dot));
    }
    if (!pattern.equals(ANY)) {
      patterns.add(ANY);
    }
    return patterns;
  }

  private static String describe(List<String> hosts) {
    if (hosts.contains(ANY)) {
      return "all hosts";
    }
    String named = hosts.stream().limit(HOSTS_NAMED).collect(Collectors.joining(", "));
    return hosts.size() <= HOSTS_NAMED
        ? named
        : named + " and " + (hosts.size() - HOSTS_NAMED) + " more";
  }

  /**
   * A listener as it is configured.
   *
   * @param isServed false if it is left out, because its certificates can't be used
   * @param trouble with its certificates; null if there is none
   */
  record ConfiguredListener(
      String loadBalancer,
      String name,
      int port,
      Protocol protocol,
      boolean isServed,
      @Nullable BindFailure trouble) {
    private static ConfiguredListener of(
        LoadBalancer balancer, Listener listener, TlsCompiler.Offer offer) {
      return new ConfiguredListener(
          balancer.name(),
          listener.name(),
          listener.port(),
          listener.protocol(),
          offer.isServed(),
          offer.trouble());
    }
  }
}
