package dev.ballast.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads load balancers: all but their listeners ({@link ListenerReader}) and routes ({@link RouteReader}). */
final class LoadBalancerReader {
  private LoadBalancerReader() {}

  static Optional<LoadBalancer> loadBalancer(Fields fields) {
    String name = fields.name("name");
    String fleet = fields.name("fleet", Fleet.DEFAULT);
    String domain = fields.required("domain", LoadBalancerReader::host, "placeholder");
    var hosts = fields.texts("hosts", LoadBalancer.HOST_LIMIT, LoadBalancerReader::hostPattern);
    var drainTimeout = fields.duration("drainTimeout", LoadBalancer.DEFAULT_DRAIN_TIMEOUT);
    var listeners =
        fields.elements("listeners", LoadBalancer.LISTENER_LIMIT, ListenerReader::listener);
    var policy = policy(fields);
    var routes = fields.elements("routes", LoadBalancer.ROUTE_LIMIT, RouteReader::route);
    if (routes.stream().flatMap(LoadBalancerReader::regexes).count() > LoadBalancer.REGEX_LIMIT) {
      return fields.problem(
          "routes", "have more than " + LoadBalancer.REGEX_LIMIT + " regular expressions");
    }
    return fields.make(
        () ->
            new LoadBalancer(
                name,
                fleet,
                domain,
                hosts.isEmpty() ? List.of(domain) : hosts,
                listeners,
                routes,
                policy,
                drainTimeout));
  }

  private static Stream<String> regexes(Route route) {
    RouteMatch match = route.match();
    Stream<String> ofValues =
        Stream.concat(match.headers().stream(), match.query().stream())
            .filter(condition -> condition.how() == ValueMatch.How.REGEX)
            .map(ValueMatch::value);
    return Stream.concat(match.pathRegex().stream(), ofValues);
  }

  private static LoadBalancer.HttpPolicy policy(Fields fields) {
    var forwarding =
        fields
            .mapping("forwarded")
            .flatMap(LoadBalancerReader::forwarding)
            .orElse(Forwarding.defaults());
    var errorPages = fields.elements("errorPages", ErrorPage.LIMIT, LoadBalancerReader::errorPage);
    var accessLog = fields.mapping("accessLog").flatMap(LoadBalancerReader::accessLog);
    var maxBody = fields.bytes("maxBody", LoadBalancer.BODY_LIMIT);
    return new LoadBalancer.HttpPolicy(forwarding, errorPages, accessLog, maxBody);
  }

  private static Optional<Forwarding> forwarding(Fields fields) {
    var trust = fields.texts("trust", Forwarding.TRUST_LIMIT, AddressBlock::parse);
    var style =
        fields.constant("style", Forwarding.Style.class).orElse(Forwarding.defaults().style());
    String requestIdField =
        fields
            .text("requestIdField", LoadBalancerReader::requestIdField)
            .orElse(Forwarding.DEFAULT_REQUEST_ID_FIELD);
    fields.finish();
    return fields.make(() -> new Forwarding(trust, style, requestIdField));
  }

  private static String requestIdField(String text) {
    return text.isEmpty() ? text : HttpSyntax.writableFieldName(text);
  }

  private static Optional<ErrorPage> errorPage(Fields fields) {
    var statuses = fields.texts("statuses", ErrorPage.STATUS_LIMIT, LoadBalancerReader::status);
    if (fields.hasNone("statuses")) {
      fields.problem("statuses", "at least one status is needed");
    }
    String contentType =
        fields.text("contentType", HttpSyntax::contentType).orElse(ErrorPage.DEFAULT_CONTENT_TYPE);
    String body = fields.required("body", text -> body(text, ErrorPage.BODY_LIMIT), "");
    fields.finish();
    if (statuses.isEmpty()) {
      return Optional.empty();
    }
    return fields.make(() -> new ErrorPage(statuses, contentType, body));
  }

  private static int status(String text) {
    if (!text.matches("[45][0-9]{2}")) {
      throw new IllegalArgumentException("\"" + text + "\" is not a status of 400 to 599");
    }
    return Integer.parseInt(text);
  }

  /** A body that documents carry. */
  static String body(String text, int limit) {
    int bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (bytes > limit) {
      throw new IllegalArgumentException("has " + bytes + " bytes; the limit is " + limit);
    }
    return text;
  }

  private static Optional<AccessLog> accessLog(Fields fields) {
    String template = fields.text("template", AccessLogTemplate::require).orElse("");
    int sampleEvery = fields.integer("sampleEvery", 1, 1, AccessLog.SAMPLE_LIMIT);
    fields.finish();
    return fields.make(() -> new AccessLog(template, sampleEvery));
  }

  /** One host, in lower case. */
  static String host(String text) {
    if (!Names.isHost(text)) {
      throw new IllegalArgumentException("\"" + text + "\" is not a host name");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  /** A host or a pattern of hosts, in lower case. */
  static String hostPattern(String text) {
    if (!Hosts.isPattern(text)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a host: write name.example, *.name.example or \"*\"");
    }
    return text.toLowerCase(Locale.ROOT);
  }
}
