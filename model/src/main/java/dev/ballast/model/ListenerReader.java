package dev.ballast.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads listeners; which keys one has depends on its protocol. */
final class ListenerReader {
  private static final List<String> PROTOCOLS_TO_COME = List.of("udp", "packet");

  private ListenerReader() {}

  static Optional<Listener> listener(Fields fields) {
    String name = fields.name("name");
    int port = fields.requiredInteger("port", 1, 65_535);
    var protocol = fields.text("protocol", ListenerReader::protocol);
    if (!fields.has("protocol")) {
      fields.problem("protocol", "is required: one of " + Codec.texts(Protocol.class));
    }
    var pool = fields.optionalName("pool");
    var tls = fields.mapping("tls").flatMap(ListenerReader::tls);
    var sni = fields.elements("sni", Listener.SNI_LIMIT, ListenerReader::sniRoute);
    var proxyProtocol =
        fields.texts("proxyProtocol", Listener.PROXY_PROTOCOL_LIMIT, AddressBlock::parse);
    fields.finish();
    protocol.ifPresent(spoken -> checkKeys(fields, spoken));
    return protocol.flatMap(
        spoken ->
            fields.make(() -> new Listener(name, port, spoken, pool, tls, sni, proxyProtocol)));
  }

  private static Protocol protocol(String text) {
    if (PROTOCOLS_TO_COME.contains(text)) {
      throw new IllegalArgumentException(
          "protocol \""
              + text
              + "\" is not served by this version: use "
              + Codec.texts(Protocol.class));
    }
    return Arrays.stream(Protocol.values())
        .filter(protocol -> Codec.text(protocol).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\""
                        + text
                        + "\" is not a protocol"
                        + Suggestion.among(text, Codec.texts(Protocol.class))));
  }

  private static void checkKeys(Fields fields, Protocol protocol) {
    checkPool(fields, protocol);
    checkTls(fields, protocol);
    if (fields.has("sni") && protocol != Protocol.TLS_PASSTHROUGH) {
      fields.problem("sni", "only a tls-passthrough listener looks at the SNI: " + here(protocol));
    }
  }

  private static void checkPool(Fields fields, Protocol protocol) {
    boolean isThere = fields.has("pool");
    switch (protocol) {
      case HTTP, HTTPS -> {
        if (isThere) {
          fields.problem("pool", article(protocol) + " has no pool: write a route instead");
        }
      }
      case TCP, TLS -> {
        if (!isThere) {
          fields.problem("pool", "is required for " + article(protocol));
        }
      }
      case TLS_PASSTHROUGH -> {
        if (!isThere && !fields.has("sni")) {
          fields.problem("pool", "a tls-passthrough listener needs pool, sni or both");
        }
      }
    }
  }

  private static void checkTls(Fields fields, Protocol protocol) {
    boolean isThere = fields.has("tls");
    if (protocol.isTlsEnded() && !isThere) {
      fields.problem(
          "tls", "is required for " + article(protocol) + ": tls: {certificates: [NAME]}");
    }
    if (!protocol.isTlsEnded() && isThere) {
      fields.problem(
          "tls",
          switch (protocol) {
            case HTTP -> "an http listener has no tls: is protocol https meant?";
            case TCP -> "a tcp listener has no tls: is protocol tls meant?";
            case TLS_PASSTHROUGH -> "a tls-passthrough listener has no tls: its backends end it";
            case HTTPS, TLS -> "";
          });
    }
  }

  private static String article(Protocol protocol) {
    return (protocol.isHttp() ? "an " : "a ") + Codec.text(protocol) + " listener";
  }

  private static String here(Protocol protocol) {
    return protocol.isHttp()
        ? "write routes with match.host instead"
        : "all connections of " + article(protocol) + " go to its pool";
  }

  private static Optional<ListenerTls> tls(Fields fields) {
    var certificates =
        fields.texts("certificates", ListenerTls.CERTIFICATE_LIMIT, Names::requireName);
    if (fields.hasNone("certificates")) {
      fields.problem("certificates", "at least one Certificate is needed");
    }
    var minVersion =
        fields.text("minVersion", ListenerReader::tlsVersion).orElse(TlsVersion.TLS_1_2);
    var clients = fields.mapping("clientCertificates").flatMap(ListenerReader::clientCertificates);
    fields.finish();
    if (certificates.isEmpty()) {
      return Optional.empty();
    }
    return fields.make(() -> new ListenerTls(certificates, minVersion, clients));
  }

  private static TlsVersion tlsVersion(String text) {
    var known = Arrays.stream(TlsVersion.values()).map(TlsVersion::text).toList();
    return Arrays.stream(TlsVersion.values())
        .filter(version -> version.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\"" + text + "\" is not a version of TLS that is spoken: " + known));
  }

  private static Optional<ListenerTls.ClientCertificates> clientCertificates(Fields fields) {
    String authority = fields.name("authority");
    boolean isRequired = fields.fact("required", true);
    fields.finish();
    return fields.make(() -> new ListenerTls.ClientCertificates(authority, isRequired));
  }

  private static Optional<SniRoute> sniRoute(Fields fields) {
    String host = fields.required("host", LoadBalancerReader::hostPattern, "placeholder");
    String pool = fields.name("pool");
    fields.finish();
    return fields.make(() -> new SniRoute(host, pool));
  }
}
