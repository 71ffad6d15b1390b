package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ListenerDocumentsTest {
  private static final String HEAD = "kind: LoadBalancer\nname: web\ndomain: web.test\n";

  private static LoadBalancer read(String rest) {
    return (LoadBalancer)
        Examples.yaml(HEAD + rest).find(new ItemKey(Kind.LOAD_BALANCER, "web")).orElseThrow();
  }

  private static Listener listener(String keys) {
    return read("listeners:\n  - {name: l, port: 80, " + keys + "}").listeners().getFirst();
  }

  @Test
  void shouldReadEveryProtocol() {
    var listeners =
        read("""
                listeners:
                  - {name: http, port: 80, protocol: http, proxyProtocol: [10.0.0.0/8, "::1"]}
                  - name: https
                    port: 443
                    protocol: https
                    tls: {certificates: [web, wild], minVersion: "1.3", clientCertificates: {authority: ca}}
                  - {name: tcp, port: 81, protocol: tcp, pool: db}
                  - {name: tls, port: 82, protocol: tls, pool: db, tls: {certificates: [web]}}
                  - {name: pass, port: 83, protocol: tls-passthrough, pool: p, sni: [{host: "*.B.test", pool: q}]}
                """)
            .listeners();

    var ca = Optional.of(new ListenerTls.ClientCertificates("ca", true));
    var trusted = List.of(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("::1"));
    assertThat(listeners)
        .containsExactly(
            new Listener("http", 80, Protocol.HTTP, Optional.empty()).withProxyProtocol(trusted),
            new Listener("https", 443, Protocol.HTTPS, Optional.empty())
                .withTls(new ListenerTls(List.of("web", "wild"), TlsVersion.TLS_1_3, ca)),
            new Listener("tcp", 81, Protocol.TCP, Optional.of("db")),
            new Listener("tls", 82, Protocol.TLS, Optional.of("db"))
                .withTls(new ListenerTls(List.of("web"), TlsVersion.TLS_1_2, Optional.empty())),
            new Listener("pass", 83, Protocol.TLS_PASSTHROUGH, Optional.of("p"))
                .withSni(List.of(new SniRoute("*.b.test", "q"))));
  }

  @Test
  void shouldTakeAPassthroughListenerWithSniAlone() {
    assertThat(listener("protocol: tls-passthrough, sni: [{host: \"*\", pool: q}]").pool())
        .isEmpty();
  }

  @Test
  void shouldLetClientsComeWithoutACertificateWhenThatIsWritten() {
    var tls =
        listener(
                "protocol: https, tls: {certificates: [web], clientCertificates: {authority: ca, required: false}}")
            .tls()
            .orElseThrow();

    assertThat(tls.clientCertificates()).contains(new ListenerTls.ClientCertificates("ca", false));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("no protocol", "pool: p", ".protocol", "is required"),
        Arguments.of("packet", "protocol: packet", ".protocol", "not served by this version"),
        Arguments.of("a typo", "protocol: htps", ".protocol", "did you mean \"http"),
        Arguments.of("http with a pool", "protocol: http, pool: p", ".pool", "write a route"),
        Arguments.of(
            "https with a pool",
            "protocol: https, pool: p, tls: {certificates: [w]}",
            ".pool",
            "an https listener has no pool"),
        Arguments.of("https without tls", "protocol: https", ".tls", "required for an https"),
        Arguments.of("tls without tls", "protocol: tls, pool: p", ".tls", "required for a tls"),
        Arguments.of(
            "tls without a pool",
            "protocol: tls, tls: {certificates: [w]}",
            ".pool",
            "required for a tls listener"),
        Arguments.of(
            "http with tls",
            "protocol: http, tls: {certificates: [w]}",
            ".tls",
            "is protocol https meant?"),
        Arguments.of(
            "tcp with tls",
            "protocol: tcp, pool: p, tls: {certificates: [w]}",
            ".tls",
            "is protocol tls meant?"),
        Arguments.of(
            "passthrough with tls",
            "protocol: tls-passthrough, pool: p, tls: {certificates: [w]}",
            ".tls",
            "its backends end it"),
        Arguments.of(
            "passthrough to nowhere", "protocol: tls-passthrough", ".pool", "pool, sni or both"),
        Arguments.of(
            "sni over https",
            "protocol: https, tls: {certificates: [w]}, sni: [{host: a, pool: p}]",
            ".sni",
            "routes with match.host"),
        Arguments.of(
            "sni without a pool",
            "protocol: tls-passthrough, sni: [{host: a}]",
            ".sni[0].pool",
            "is required"),
        Arguments.of(
            "no certificate",
            "protocol: https, tls: {certificates: []}",
            ".tls.certificates",
            "at least one Certificate"),
        Arguments.of(
            "no certificates key",
            "protocol: https, tls: {minVersion: \"1.2\"}",
            ".tls.certificates",
            "at least one"),
        Arguments.of(
            "an old version",
            "protocol: https, tls: {certificates: [w], minVersion: 1.1}",
            ".tls.minVersion",
            "[1.2, 1.3]"),
        Arguments.of(
            "an unknown key of tls",
            "protocol: https, tls: {certificates: [w], minVersoin: 1.2}",
            ".tls.minVersoin",
            "did you mean \"minVersion\"?"),
        Arguments.of(
            "clients without an authority",
            "protocol: https, tls: {certificates: [w], clientCertificates: {required: true}}",
            ".tls.clientCertificates.authority",
            "is required"),
        Arguments.of(
            "a fact in other words",
            "protocol: https, tls: {certificates: [w], clientCertificates: {authority: a, required: yes}}",
            ".tls.clientCertificates.required",
            "neither true nor false"),
        Arguments.of(
            "addresses of nobody",
            "protocol: http, proxyProtocol: [10.0.0.0/8, 10.0.0.0/33]",
            ".proxyProtocol[1]",
            "not a block of addresses"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void shouldNameTheMistakeOfAListener(String what, String keys, String path, String message) {
    assertThat(what).isNotEmpty();
    Mistakes.assertRefused(
        HEAD + "listeners:\n  - {name: l, port: 80, " + keys + "} #here\n",
        "listeners[0]" + path,
        message);
  }

  @Test
  void shouldReadWhatHoldsForAllRequests() {
    var web =
        read(
            """
            drainTimeout: 5m
            forwarded: {trust: [10.0.0.0/8], style: both, requestIdField: X-Id}
            errorPages: [{statuses: [502, 503], body: "<h1>{status}</h1>"}]
            accessLog: {template: "%{client} %{method}", sampleEvery: 10}
            maxBody: 10MiB
            """);

    assertThat(web.drainTimeout()).hasMinutes(5);
    assertThat(web.exchanges())
        .isEqualTo(
            new LoadBalancer.HttpPolicy(
                new Forwarding(
                    List.of(AddressBlock.parse("10.0.0.0/8")), Forwarding.Style.BOTH, "x-id"),
                List.of(
                    new ErrorPage(
                        List.of(502, 503), ErrorPage.DEFAULT_CONTENT_TYPE, "<h1>{status}</h1>")),
                Optional.of(new AccessLog("%{client} %{method}", 10)),
                Optional.of(10L << 20)));
  }

  @Test
  void shouldTreatRequestsPlainlyByDefault() {
    assertThat(read("").exchanges()).isEqualTo(LoadBalancer.HttpPolicy.defaults());
    assertThat(read("accessLog: {}").exchanges().accessLog()).contains(new AccessLog("", 1));
    assertThat(read("forwarded: {requestIdField: \"\"}").exchanges().forwarding().requestIdField())
        .isEmpty();
  }

  static Stream<Arguments> mistakesOfAll() {
    return Stream.of(
        Arguments.of("drainTimeout: 169h", "", "drainTimeout 169h is not within"),
        Arguments.of("forwarded: {trust: [a.test]}", "forwarded.trust[0]", "not a block"),
        Arguments.of("forwarded: {style: forward}", "forwarded.style", "did you mean \"forwarded"),
        Arguments.of("forwarded: {requestIdField: host}", "forwarded.requestIdField", "alone"),
        Arguments.of("errorPages: [{body: x}]", "errorPages[0].statuses", "at least one"),
        Arguments.of(
            "errorPages: [{statuses: [], body: x}]", "errorPages[0].statuses", "at least one"),
        Arguments.of(
            "errorPages: [{statuses: [200], body: x}]",
            "errorPages[0].statuses[0]",
            "not a status of 400 to 599"),
        Arguments.of("errorPages: [{statuses: [404]}]", "errorPages[0].body", "is required"),
        Arguments.of(
            "errorPages: [{statuses: [404], contentType: \"\", body: x}]",
            "errorPages[0].contentType",
            "a content type is needed"),
        Arguments.of("accessLog: {template: \"%{cleint}\"}", "accessLog.template", "\"client\"?"),
        Arguments.of("accessLog: {template: \"%{client\"}", "accessLog.template", "no closing }"),
        Arguments.of("accessLog: {template: \"a\\nb\"}", "accessLog.template", "one line"),
        Arguments.of("accessLog: {sampleEvery: 0}", "accessLog.sampleEvery", "not within"),
        Arguments.of("maxBody: 10MB", "maxBody", "is not a size: 4096, 64KiB, 10MiB or 1GiB"),
        Arguments.of("maxBody: 1025GiB", "maxBody", "is more than 1024GiB"),
        Arguments.of("maxBdy: 1", "maxBdy", "did you mean \"maxBody\"?"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakesOfAll")
  void shouldNameTheMistakeOfAPolicy(String key, String path, String message) {
    String document =
        path.isEmpty() ? HEAD.replaceFirst("\n", " #here\n") + key : HEAD + key + " #here";

    Mistakes.assertRefused(document, path, message);
  }

  @Test
  void shouldRefuseTooLargeABody() {
    Mistakes.assertRefused(
        HEAD + "errorPages:\n - statuses: [404]\n   body: " + "x".repeat(65_537) + " #here",
        "errorPages[0].body",
        "has 65537 bytes; the limit is 65536");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1,1",
    "1023,1023",
    "1024,1KiB",
    "1KiB,1KiB",
    "1536,1536",
    "10485760,10MiB",
    "1GiB,1GiB",
    "2048GiB,2048GiB"
  })
  void shouldReadBackASize(String text, String shortest) {
    long bytes = ByteSizes.parse(text).orElseThrow();

    assertThat(ByteSizes.text(bytes)).isEqualTo(shortest);
    assertThat(ByteSizes.parse(shortest)).contains(bytes);
  }

  @Test
  void shouldTakeATemplateApart() {
    assertThat(AccessLogTemplate.parse("%{client} 100% [%{clientPort}]"))
        .containsExactly(
            new AccessLogTemplate.Part.Field(AccessLogField.CLIENT),
            new AccessLogTemplate.Part.Text(" 100% ["),
            new AccessLogTemplate.Part.Field(AccessLogField.CLIENT_PORT),
            new AccessLogTemplate.Part.Text("]"));
  }

  @ParameterizedTest
  @CsvSource({"\\0,U+0000", "\\ud800,U+D800"})
  void shouldRefuseWhatTheDatabaseCannotStore(String escape, String shown) {
    String character = escape.equals("\\0") ? "\\u0000" : escape;
    String json =
        "{\"kind\":\"LoadBalancer\",\"name\":\"w\",\"domain\":\"w.test\",\"routes\":[{\"respond\":{\"status\":200,\"body\":\"a"
            + character
            + "\"}}]}";

    var refusal =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            InvalidInput.class,
            () ->
                Documents.parse(
                    json.getBytes(java.nio.charset.StandardCharsets.UTF_8), Documents.Format.JSON));

    assertThat(refusal).hasMessageContaining(shown);
  }
}
