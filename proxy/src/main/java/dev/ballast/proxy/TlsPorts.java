package dev.ballast.proxy;

import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Protocol;
import dev.ballast.model.SniRoute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Gathers the listeners that speak TLS, and makes of them what their ports serve. A listener whose certificates can't be used is
 * left out; those that share its port are served.
 */
final class TlsPorts {
  private final TlsCompiler tls;
  private final TreeMap<Integer, List<Secured>> secured = new TreeMap<>();
  private final TreeMap<Integer, List<Unopened>> unopened = new TreeMap<>();

  private record Secured(LoadBalancer balancer, Listener listener, TlsPlan.Terms terms) {}

  private record Unopened(LoadBalancer balancer, Listener listener) {}

  TlsPorts(TlsCompiler tls) {
    this.tls = tls;
  }

  /** Takes note of a listener; answers what became of its certificates. */
  TlsCompiler.Offer add(LoadBalancer balancer, Listener listener) {
    if (listener.protocol() == Protocol.TLS_PASSTHROUGH) {
      unopened
          .computeIfAbsent(listener.port(), port -> new ArrayList<>())
          .add(new Unopened(balancer, listener));
    }
    if (!listener.protocol().isTlsEnded()) {
      return TlsCompiler.Offer.CLEAR;
    }
    TlsCompiler.Offer offer = tls.offer(balancer.name(), listener);
    TlsPlan.Terms terms = offer.terms();
    if (terms != null) {
      secured
          .computeIfAbsent(listener.port(), port -> new ArrayList<>())
          .add(new Secured(balancer, listener, terms));
    }
    return offer;
  }

  /** Adds the plans of their ports. */
  void compile(
      Map<Integer, Entry> entries,
      BiFunction<Entry, List<LoadBalancer>, PortPlan.Http> http,
      StreamCompiler streams,
      Map<Integer, PortPlan> plans) {
    secured.forEach(
        (port, sharing) ->
            plans.computeIfAbsent(
                port, number -> secured(entry(entries, number), sharing, http, streams)));
    unopened.forEach(
        (port, sharing) ->
            plans.computeIfAbsent(
                port, number -> unopened(entry(entries, number), sharing, streams)));
  }

  private static Entry entry(Map<Integer, Entry> entries, Integer port) {
    return Objects.requireNonNull(entries.get(port));
  }

  private static PortPlan secured(
      Entry entry,
      List<Secured> sharing,
      BiFunction<Entry, List<LoadBalancer>, PortPlan.Http> http,
      StreamCompiler streams) {
    Secured first = sharing.getFirst();
    if (first.listener().protocol() == Protocol.TLS) {
      return new PortPlan.Tls(
          entry, streams.ofListener(first.balancer(), first.listener()), TlsPlan.of(first.terms()));
    }
    var byHost = new LinkedHashMap<String, TlsPlan.Terms>();
    for (Secured one : sharing) {
      one.balancer().hosts().forEach(host -> byHost.putIfAbsent(host, one.terms()));
    }
    List<LoadBalancer> balancers = sharing.stream().map(Secured::balancer).toList();
    var plan = new TlsPlan(HostTable.of(byHost), sharing.stream().map(Secured::terms).toList());
    return new PortPlan.Https(http.apply(entry, balancers), plan);
  }

  /** A name that is routed by itself goes before the hosts of any load balancer. */
  private static PortPlan unopened(Entry entry, List<Unopened> sharing, StreamCompiler streams) {
    var byHost = new LinkedHashMap<String, StreamPlan>();
    for (Unopened one : sharing) {
      for (SniRoute route : one.listener().sni()) {
        byHost.putIfAbsent(route.host(), streams.to(route.pool(), one.balancer(), one.listener()));
      }
    }
    for (Unopened one : sharing) {
      one.listener()
          .pool()
          .map(pool -> streams.to(pool, one.balancer(), one.listener()))
          .ifPresent(
              plan -> one.balancer().hosts().forEach(host -> byHost.putIfAbsent(host, plan)));
    }
    return new PortPlan.Passthrough(entry, HostTable.of(byHost));
  }
}
