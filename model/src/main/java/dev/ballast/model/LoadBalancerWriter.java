package dev.ballast.model;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes load balancers with their listeners; {@link RouteWriter} writes their routes. */
final class LoadBalancerWriter {
  private LoadBalancerWriter() {}

  static void write(ObjectNode node, LoadBalancer loadBalancer) {
    node.put("name", loadBalancer.name())
        .put("fleet", loadBalancer.fleet())
        .put("domain", loadBalancer.domain());
    node.set("hosts", ResourceWriter.texts(loadBalancer.hosts()));
    if (!loadBalancer.drainTimeout().equals(LoadBalancer.DEFAULT_DRAIN_TIMEOUT)) {
      node.put("drainTimeout", Durations.text(loadBalancer.drainTimeout()));
    }
    ArrayNode listeners = node.putArray("listeners");
    loadBalancer.listeners().forEach(listener -> listener(listeners.addObject(), listener));
    policy(node, loadBalancer.exchanges());
    ArrayNode routes = node.putArray("routes");
    loadBalancer.routes().forEach(route -> RouteWriter.write(routes.addObject(), route));
  }

  private static void listener(ObjectNode node, Listener listener) {
    node.put("name", listener.name())
        .put("port", listener.port())
        .put("protocol", Codec.text(listener.protocol()));
    listener.pool().ifPresent(pool -> node.put("pool", pool));
    listener.tls().ifPresent(tls -> tls(node.putObject("tls"), tls));
    if (!listener.sni().isEmpty()) {
      ArrayNode sni = node.putArray("sni");
      listener
          .sni()
          .forEach(route -> sni.addObject().put("host", route.host()).put("pool", route.pool()));
    }
    if (!listener.proxyProtocol().isEmpty()) {
      node.set("proxyProtocol", ResourceWriter.texts(listener.proxyProtocol()));
    }
  }

  private static void tls(ObjectNode node, ListenerTls tls) {
    node.set("certificates", ResourceWriter.texts(tls.certificates()));
    node.put("minVersion", tls.minVersion().text());
    tls.clientCertificates()
        .ifPresent(
            clients ->
                node.putObject("clientCertificates")
                    .put("authority", clients.authority())
                    .put("required", clients.isRequired()));
  }

  private static void policy(ObjectNode node, LoadBalancer.HttpPolicy policy) {
    if (!policy.forwarding().equals(Forwarding.defaults())) {
      forwarding(node.putObject("forwarded"), policy.forwarding());
    }
    if (!policy.errorPages().isEmpty()) {
      ArrayNode pages = node.putArray("errorPages");
      policy.errorPages().forEach(page -> errorPage(pages.addObject(), page));
    }
    policy.accessLog().ifPresent(log -> accessLog(node.putObject("accessLog"), log));
    policy.maxBodyBytes().ifPresent(most -> ResourceWriter.bytes(node, "maxBody", most));
  }

  private static void forwarding(ObjectNode node, Forwarding forwarding) {
    node.set("trust", ResourceWriter.texts(forwarding.trust()));
    node.put("style", Codec.text(forwarding.style()))
        .put("requestIdField", forwarding.requestIdField());
  }

  private static void errorPage(ObjectNode node, ErrorPage page) {
    ArrayNode statuses = node.putArray("statuses");
    page.statuses().forEach(statuses::add);
    node.put("contentType", page.contentType()).put("body", page.body());
  }

  private static void accessLog(ObjectNode node, AccessLog log) {
    if (!log.template().isEmpty()) {
      node.put("template", log.template());
    }
    node.put("sampleEvery", log.sampleEvery());
  }
}
