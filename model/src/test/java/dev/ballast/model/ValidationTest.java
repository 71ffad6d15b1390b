package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ValidationTest {
  private static final String POOLS =
      "\n---\nkind: Pool\nname: p\n---\nkind: Pool\nname: q\n---\nkind: Pool\nname: r\n";
  private static final String TLS = "tls: {certificates: [c]}";
  private static final Certificate CERTIFICATE =
      new Certificate("c", Examples.chain(1), Optional.of(new Secret.Clear(new byte[] {1})));

  private static String balancer(String name, String rest) {
    return "kind: LoadBalancer\nname: " + name + "\ndomain: " + name + ".test\n" + rest;
  }

  private static String http(String routes) {
    return balancer("a", "listeners: [{name: l, port: 80, protocol: http}]\nroutes: " + routes);
  }

  private static List<Problem> warnings(String documents) {
    var state = new Current(List.of(new Fleet(Fleet.DEFAULT, Scaling.defaults()), CERTIFICATE));
    return Planner.plan(Examples.yaml(documents), state, ApplyOptions.NONE).warnings();
  }

  static Stream<Arguments> invalidStates() {
    String other = "\n---\n" + balancer("b", "hosts: [%s]\nlisteners: [{name: x, port: 80, %s}]");
    return Stream.of(
        Arguments.of(
            "a dangling pool of a split",
            http("[{split: [{pool: p}, {pool: z}]}]"),
            "routes[0].split[1].pool",
            "there is no Pool \"z\""),
        Arguments.of(
            "a dangling pool of SNI",
            balancer(
                "a",
                "listeners: [{name: l, port: 80, protocol: tls-passthrough, sni: [{host: h, pool: z}]}]"),
            "listeners[0].sni[0].pool",
            "there is no Pool \"z\""),
        Arguments.of(
            "an SNI host twice",
            balancer(
                "a",
                "listeners: [{name: l, port: 80, protocol: tls-passthrough, sni: [{host: h, pool: p}, {host: H, pool: q}]}]"),
            "listeners[0].sni[1].host",
            "has a pool already"),
        Arguments.of(
            "a route name twice",
            http("[{name: r, pool: p}, {name: r, pool: q}]"),
            "routes[1].name",
            "routes[0] is called \"r\" too"),
        Arguments.of(
            "http and https on one port",
            http("[{pool: p}]") + other.formatted("b.test", "protocol: https, " + TLS),
            "listeners[0].port",
            "port 80 is taken by the http listener \"l\" of LoadBalancer a"),
        Arguments.of(
            "tcp twice on one port",
            balancer("a", "listeners: [{name: l, port: 80, protocol: tcp, pool: p}]")
                + other.formatted("b.test", "protocol: tcp, pool: p"),
            "listeners[0].port",
            "taken by the tcp listener"),
        Arguments.of(
            "an https host twice",
            balancer("a", "listeners: [{name: l, port: 80, protocol: https, " + TLS + "}]")
                + other.formatted("a.test", "protocol: https, " + TLS),
            "hosts",
            "host \"a.test\" on port 80 is served by LoadBalancer a already"),
        Arguments.of(
            "a passthrough host that is another's SNI",
            balancer(
                    "a",
                    "listeners: [{name: l, port: 80, protocol: tls-passthrough, sni: [{host: b.test, pool: p}]}]")
                + other.formatted("b.test", "protocol: tls-passthrough, pool: p"),
            "hosts",
            "host \"b.test\" on port 80"),
        Arguments.of(
            "PROXY headers for some of a port",
            http("[{pool: p}]")
                + other.formatted("b.test", "protocol: http, proxyProtocol: [10.0.0.0/8]"),
            "listeners[0].proxyProtocol",
            "before the host is known"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("invalidStates")
  void shouldRefuseAnInvalidState(String what, String documents, String path, String message) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> warnings(documents + POOLS));

    assertThat(refusal).as(what).isNotNull();
    assertThat(refusal.problems()).hasSize(1);
    assertThat(refusal.problems().getFirst().path()).isEqualTo(path);
    assertThat(refusal.problems().getFirst().message()).contains(message);
  }

  static Stream<Arguments> validStates() {
    String other = "\n---\n" + balancer("b", "listeners: [{name: x, port: 80, %s}]\nroutes: %s");
    return Stream.of(
        Arguments.of(
            "https shared by hosts",
            balancer(
                    "a",
                    "listeners: [{name: l, port: 80, protocol: https, "
                        + TLS
                        + "}]\nroutes: [{pool: p}]")
                + other.formatted("protocol: https, " + TLS, "[{pool: q}]")),
        Arguments.of(
            "passthrough shared by SNI, whose own hosts go elsewhere",
            balancer(
                    "a",
                    "hosts: [b.test]\nlisteners: [{name: l, port: 80, protocol: tls-passthrough, sni: [{host: a.test, pool: p}]}]")
                + other.formatted("protocol: tls-passthrough, pool: p", "[]")),
        Arguments.of(
            "the same PROXY headers in another order",
            balancer(
                    "a",
                    "listeners: [{name: l, port: 80, protocol: http, proxyProtocol: [10.0.0.0/8, \"::1\"]}]\nroutes: [{pool: p}]")
                + other.formatted(
                    "protocol: http, proxyProtocol: [\"::1\", 10.0.0.0/8]", "[{pool: q}]")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("validStates")
  void shouldTakeWhatGoesTogether(String what, String documents) {
    assertThat(warnings(documents + POOLS)).as(what).isEmpty();
  }

  static Stream<Arguments> likelyMistakes() {
    return Stream.of(
        warning("no listener", balancer("a", ""), "listeners", "nothing is served"),
        warning("no route", http("[]"), "routes", "answered with 404"),
        warning(
            "routes over tcp",
            balancer(
                "a",
                "listeners: [{name: l, port: 80, protocol: tcp, pool: p}]\nroutes: [{pool: p}]"),
            "routes",
            "no route is ever used"),
        warning(
            "a split of one", http("[{split: [{pool: p}]}]"), "routes[0].split", "which takes all"),
        warning(
            "a pool twice",
            http("[{split: [{pool: p}, {pool: p}]}]"),
            "routes[0].split",
            "the weights add up"),
        warning(
            "a regular expression for no path",
            http("[{match: {pathRegex: \"^api/.*\"}, pool: p}, {pool: p}]"),
            "routes[0].match.pathRegex",
            "never matches"),
        warning(
            "a path that backends read otherwise",
            http("[{match: {path: /a%2Fb}, pool: p}, {pool: p}]"),
            "routes[0].match",
            "are refused"),
        warning(
            "an edit of a forwarded field",
            http("[{pool: p, requestHeaders: {set: {X-Forwarded-Proto: https}}}]"),
            "routes[0].requestHeaders",
            "\"x-forwarded-proto\" stays as forwarded says"),
        warning(
            "an edit of the request id",
            http("[{pool: p, requestHeaders: {remove: [x-request-id]}}]"),
            "routes[0].requestHeaders",
            "\"x-request-id\" stays as forwarded says"),
        warning(
            "two pages for a status",
            http("[{pool: p}]")
                + "\nerrorPages: [{statuses: [502, 503], body: x}, {statuses: [503], body: y}]",
            "errorPages[1].statuses",
            "status 503 has a page already"),
        warning(
            "trust in everybody",
            http("[{pool: p}]") + "\nforwarded: {trust: [0.0.0.0/0]}",
            "forwarded.trust",
            "believes every client"),
        warning(
            "PROXY headers of everybody",
            balancer(
                "a",
                "listeners: [{name: l, port: 80, protocol: tcp, pool: p, proxyProtocol: [\"::/0\"]}]"),
            "listeners[0].proxyProtocol",
            "believes every client"),
        warning(
            "hashing within subsets",
            pool("algorithm: {type: hash}\nsubset: {size: 2}"),
            "subset",
            "the same key goes to another backend at another LB server"),
        warning(
            "staying within subsets",
            pool("sticky: {cookie: {}}\nsubset: {size: 2}"),
            "subset",
            "only at LB servers that have it"),
        warning(
            "zones that nobody has",
            pool("zonePreference: {}"),
            "zonePreference",
            "no backend of the pool has a zone"),
        warning(
            "fail-over without spares", pool("failover: {below: 40%}"), "failover", "no spares"));
  }

  private static String pool(String rest) {
    return "kind: Pool\nname: web\n"
        + rest
        + "\nbackends: [{name: b, address: \"a.test:1\", priority: 2}]";
  }

  private static Arguments warning(String what, String documents, String path, String message) {
    return Arguments.of(what, documents, path, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("likelyMistakes")
  void shouldWarnOfALikelyMistake(String what, String documents, String path, String message) {
    assertThat(warnings(documents + POOLS))
        .as(what)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.path()).isEqualTo(path);
              assertThat(problem.message()).contains(message);
              assertThat(problem.line()).isPositive();
            });
  }

  static Stream<Arguments> redirects() {
    String both =
        "{name: l, port: 80, protocol: http}, {name: s, port: 443, protocol: https, " + TLS + "}";
    String http = "{name: l, port: 80, protocol: http}";
    return Stream.of(
        Arguments.of("to https, from http alone", http, "[{redirect: {scheme: https}}]", ""),
        Arguments.of("to https, from both", both, "[{redirect: {scheme: https}}]", "\"s\""),
        Arguments.of(
            "to https on another port", both, "[{redirect: {scheme: https, port: 444}}]", ""),
        Arguments.of("to itself", http, "[{redirect: {port: 80}}]", "\"l\""),
        Arguments.of("to another host", http, "[{redirect: {host: b.test}}]", ""),
        Arguments.of("to its own host", http, "[{redirect: {host: a.test}}]", "\"l\""),
        Arguments.of(
            "to its own host from others",
            http,
            "[{match: {host: \"*.a.test\"}, redirect: {host: a.test}}]",
            ""),
        Arguments.of("to a path below all", http, "[{redirect: {path: /login}}]", "\"l\""),
        Arguments.of(
            "to a path that is taken before",
            http,
            "[{match: {path: /login}, pool: p}, {redirect: {path: /login}}]",
            ""),
        Arguments.of(
            "to a path taken by a route of the host",
            http,
            "[{redirect: {path: /login}}, {match: {host: a.test, path: /login}, pool: p}]",
            ""),
        Arguments.of(
            "to a longer prefix",
            http,
            "[{match: {pathPrefix: /a}, redirect: {prefix: /a/b}}]",
            "\"l\""),
        Arguments.of(
            "to another prefix", http, "[{match: {pathPrefix: /a}, redirect: {prefix: /b}}]", ""),
        Arguments.of(
            "of POST to GET",
            http,
            "[{match: {methods: [POST]}, redirect: {path: /, status: 303}}]",
            ""),
        Arguments.of(
            "of what a regular expression takes",
            http,
            "[{match: {pathRegex: \"/[ab]\"}, redirect: {path: /b}}]",
            "\"l\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("redirects")
  void shouldWarnOfARedirectWithoutEnd(
      String what, String listeners, String routes, String listener) {
    var warnings =
        warnings(balancer("a", "listeners: [" + listeners + "]\nroutes: " + routes) + POOLS);

    assertThat(warnings).as(what).hasSize(listener.isEmpty() ? 0 : 1);
    assertThat(warnings)
        .allSatisfy(
            warning ->
                assertThat(warning.message()).contains("listener " + listener, "without end"));
  }

  @Test
  void shouldWarnOfRetriesThatNeverHappen() {
    assertThat(warnings("kind: Pool\nname: p\nretries: {budget: 0, budgetMin: 0}"))
        .extracting(Problem::toString)
        .containsExactly(
            "document 1, line 3, retries: no retry fits in a budget of 0: attempts: 0 says that plainly");
    assertThat(warnings("kind: Pool\nname: p\nretries: {budget: 0}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp | {type: hash, by: header, name: x} | header",
        "tcp | {type: hash, by: uri} | uri",
        "tcp | {type: custom, factory: mine, by: path} | path",
        "tcp | {type: least-load} | report of load",
        "tcp | {type: hash} | ''",
        "tcp | {type: custom, factory: mine} | ''",
        "tcp | {type: least-connections} | ''",
        "http | {type: hash, by: header, name: x} | ''"
      })
  void shouldWarnOfAlgorithmsThatStreamsHaveNothingFor(
      String protocol, String algorithm, String lack) {
    String rest =
        protocol.equals("http")
            ? "listeners: [{name: l, port: 80, protocol: http}]\nroutes: [{pool: one}]"
            : "listeners: [{name: l, port: 80, protocol: tcp, pool: one}]";
    var warnings =
        warnings(balancer("a", rest) + "\n---\nkind: Pool\nname: one\nalgorithm: " + algorithm);

    assertThat(warnings).hasSize(lack.isEmpty() ? 0 : 1);
    assertThat(warnings)
        .allSatisfy(warning -> assertThat(warning.message()).contains("a stream has no " + lack));
  }

  static Stream<Arguments> stickiness() {
    return Stream.of(
        Arguments.of("{cookie: {}}", "{cookie: {secure: true}}", 1),
        Arguments.of("{cookie: {name: a}}", "{cookie: {name: b}}", 0),
        Arguments.of("{cookie: {path: /a}}", "{cookie: {path: /b}}", 0),
        Arguments.of("{header: {name: x}}", "{header: {name: X}}", 1),
        Arguments.of("{header: {name: x}}", "{cookie: {name: x}}", 0));
  }

  @ParameterizedTest(name = "{0} and {1}")
  @MethodSource("stickiness")
  void shouldWarnOfPoolsThatTakeOneAnothersClients(String one, String two, int warnings) {
    String pools =
        "---\nkind: Pool\nname: p\nsticky: " + one + "\n---\nkind: Pool\nname: q\nsticky: " + two;

    var found = warnings(http("[{match: {path: /}, pool: p}, {pool: q}]") + "\n" + pools);

    assertThat(found).hasSize(warnings);
    assertThat(found)
        .allSatisfy(warning -> assertThat(warning.message()).contains("Pool q and Pool p"));
  }

  static Stream<Arguments> shadows() {
    return Stream.of(
        Arguments.of("{pathPrefix: /}", "{pathRegex: \"/a+\"}", true),
        Arguments.of("{pathRegex: \"/a+\"}", "{pathRegex: \"/a+\"}", true),
        Arguments.of("{pathRegex: \"/a+\"}", "{pathRegex: \"/b+\"}", false),
        Arguments.of("{methods: [GET, POST]}", "{methods: [GET]}", true),
        Arguments.of("{methods: [GET]}", "{methods: [GET, POST]}", false),
        Arguments.of("{methods: [GET]}", "{path: /}", false),
        Arguments.of(
            "{headers: [{name: a, present: true}]}", "{headers: [{name: A, regex: x}]}", true),
        Arguments.of(
            "{headers: [{name: a, prefix: x}]}",
            "{headers: [{name: b, absent: true}, {name: a, exact: xy}]}",
            true),
        Arguments.of(
            "{headers: [{name: a, prefix: xy}]}", "{headers: [{name: a, prefix: x}]}", false),
        Arguments.of(
            "{headers: [{name: a, present: true}]}", "{headers: [{name: a, absent: true}]}", false),
        Arguments.of("{query: [{name: a, exact: x}]}", "{headers: [{name: a, exact: x}]}", false),
        Arguments.of(
            "{query: [{name: a, exact: x}]}", "{path: /, query: [{name: a, exact: x}]}", true));
  }

  @ParameterizedTest(name = "{0} before {1}")
  @MethodSource("shadows")
  void shouldWarnOfARouteThatIsNeverReached(String earlier, String later, boolean isShadowed) {
    String routes = "[{match: " + earlier + ", pool: p}, {match: " + later + ", pool: q}]";

    assertThat(warnings(http(routes) + POOLS)).hasSize(isShadowed ? 1 : 0);
  }

  @Test
  void shouldNotWarnOfWhatWasThereBefore() {
    var current = Examples.after(http("[]") + POOLS);

    var plan = Planner.plan(Examples.yaml("kind: Pool\nname: s"), current, ApplyOptions.NONE);

    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void shouldRefuseToDeleteAPoolThatASplitOrSniNeeds() {
    var current =
        Examples.after(
            balancer(
                    "a",
                    "listeners: [{name: l, port: 80, protocol: tls-passthrough, sni: [{host: h, pool: p}]}]\nroutes: [{split: [{pool: q}, {pool: r}]}]")
                + POOLS);

    for (String pool : List.of("p", "q", "r")) {
      var refusal =
          catchThrowableOfType(
              Refused.class, () -> Planner.planDelete(new ItemKey(Kind.POOL, pool), current));
      assertThat(refusal.named()).containsExactly(new ItemKey(Kind.LOAD_BALANCER, "a"));
    }
  }

  @Test
  void shouldDeleteAPoolOfManyBackendsInTheTimeOfItsSize() {
    var resources = new ArrayList<Resource>(List.of(Examples.pool("big")));
    for (int index = 0; index < 20_000; index++) {
      resources.add(Examples.backend("big", "b" + index, 1));
      resources.add(Examples.backend("other", "b" + index, 1));
    }
    var current = new Current(resources);
    long start = System.nanoTime();

    var plan = Planner.planDelete(new ItemKey(Kind.POOL, "big"), current);

    assertThat(plan.deletes()).hasSize(20_001);
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
  }
}
