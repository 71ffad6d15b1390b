package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RouteDocumentsTest {
  private static final String HEAD = "kind: LoadBalancer\nname: web\ndomain: web.test\nroutes:\n";

  private static Route route(String keys) {
    var web = Examples.yaml(HEAD + "  - {" + keys + "}").resources().iterator().next();
    return ((LoadBalancer) web).routes().getFirst();
  }

  @Test
  void shouldReadAllThatARouteCanMatch() {
    var match =
        route(
                """
                match: {host: A.test, pathRegex: "/u/([0-9]+)", methods: [GET, QUERY],
                      headers: [{name: X-Env, exact: blue}, {name: cookie, prefix: "a="}],
                      query: [{name: v, present: true}, {name: Debug, absent: true}, {name: q, regex: "[a-z]+"}]},
                    pool: p
                """)
            .match();

    assertThat(match)
        .isEqualTo(
            new RouteMatch(
                Optional.of("a.test"),
                Optional.empty(),
                Optional.empty(),
                Optional.of("/u/([0-9]+)"),
                List.of("GET", "QUERY"),
                List.of(
                    new ValueMatch("x-env", ValueMatch.How.EXACT, "blue"),
                    new ValueMatch("cookie", ValueMatch.How.PREFIX, "a=")),
                List.of(
                    new ValueMatch("v", ValueMatch.How.PRESENT, ""),
                    new ValueMatch("Debug", ValueMatch.How.ABSENT, ""),
                    new ValueMatch("q", ValueMatch.How.REGEX, "[a-z]+"))));
  }

  @Test
  void shouldReadEveryAction() {
    assertThat(route("pool: p").action()).isEqualTo(new RouteAction.ToPool("p"));
    assertThat(route("split: [{pool: a, weight: 9}, {pool: b}]").action())
        .isEqualTo(
            new RouteAction.Split(
                List.of(
                    new RouteAction.WeightedPool("a", 9), new RouteAction.WeightedPool("b", 1))));
    assertThat(route("redirect: {scheme: https, host: H.test, port: 8443}").action())
        .isEqualTo(
            new RouteAction.Redirect(
                308,
                Optional.of("https"),
                Optional.of("h.test"),
                Optional.of(8443),
                Optional.empty(),
                Optional.empty()));
    assertThat(route("respond: {status: 200, body: ok}").action())
        .isEqualTo(new RouteAction.Respond(200, "text/plain; charset=utf-8", "ok"));
  }

  @Test
  void shouldReadWhatIsChangedOnTheWay() {
    var route =
        route(
            """
            name: api, match: {pathPrefix: /api}, pool: p, rewrite: {host: "b.internal:81", prefix: /v2},
                requestHeaders: {set: {X-B: 1, x-a: b}, add: {x-c: [1, 2]}, remove: [X-D]},
                responseHeaders: {add: {set-cookie: a=b}}, maxBody: 4096
            """);

    assertThat(route.name()).contains("api");
    assertThat(route.rewrite())
        .isEqualTo(
            new Rewrite(
                Optional.of("b.internal:81"),
                Optional.empty(),
                Optional.of("/v2"),
                Optional.empty()));
    assertThat(route.requestHeaders())
        .isEqualTo(
            new HeaderEdits(
                List.of(new HeaderEdits.Field("x-a", "b"), new HeaderEdits.Field("x-b", "1")),
                List.of(new HeaderEdits.Field("x-c", "1"), new HeaderEdits.Field("x-c", "2")),
                List.of("x-d")));
    assertThat(route.responseHeaders().add())
        .containsExactly(new HeaderEdits.Field("set-cookie", "a=b"));
    assertThat(route.maxBodyBytes()).contains(4_096L);
  }

  static Stream<Arguments> mistakesOfMatches() {
    return Stream.of(
        mistake("match: {path: a}, pool: p", ".match.path", "is not a path"),
        mistake("match: {pathPrefix: \"/a?b\"}, pool: p", ".match.pathPrefix", "is not a path"),
        mistake("match: {pathRegex: \"(\"}, pool: p", ".match.pathRegex", "missing closing )"),
        mistake("match: {pathRegex: \"(?=a)\"}, pool: p", ".match.pathRegex", "RE2"),
        mistake(
            "match: {pathRegex: \"((a{99}){99}){99}\"}, pool: p",
            ".match.pathRegex",
            "more than 1000 steps"),
        mistake("match: {path: /a, pathRegex: /b}, pool: p", ".match", "not several"),
        mistake("match: {methods: [get]}, pool: p", ".match.methods[0]", "did you mean \"GET\""),
        mistake("match: {methods: [CONNECT]}, pool: p", ".match.methods[0]", "refused before"),
        mistake("match: {methods: [\"G T\"]}, pool: p", ".match.methods[0]", "\"GET\"?"),
        mistake("match: {headers: [{exact: a}]}, pool: p", ".match.headers[0].name", "is required"),
        mistake(
            "match: {headers: [{name: \"a b\", exact: a}]}, pool: p",
            ".match.headers[0].name",
            "the name of a header"),
        mistake("match: {headers: [{name: a}]}, pool: p", ".match.headers[0]", "exactly one of"),
        mistake(
            "match: {headers: [{name: a, exact: b, prefix: c}]}, pool: p",
            ".match.headers[0].prefix",
            "exactly one of exact, prefix, regex, present, absent"),
        mistake(
            "match: {headers: [{name: a, present: false}]}, pool: p",
            ".match.headers[0].present",
            "is true or left out"),
        mistake(
            "match: {headers: [{name: a, exat: b}]}, pool: p",
            ".match.headers[0].exat",
            "did you mean \"exact\"?",
            "exactly one of"),
        mistake(
            "match: {query: [{name: a, exact: \"b c\"}]}, pool: p",
            ".match.query[0].exact",
            "percent-encoded"),
        mistake(
            "match: {query: [{name: a, regex: \"[\"}]}, pool: p",
            ".match.query[0].regex",
            "missing closing ]"));
  }

  static Stream<Arguments> mistakesOfActions() {
    return Stream.of(
        mistake("name: a", ".pool", "or one of split, redirect and respond"),
        mistake("pool: p, respond: {status: 200}", ".respond", "not several"),
        mistake("split: []", "", "a weight above 0"),
        mistake("split: [{pool: a, weight: 0}]", "", "a weight above 0"),
        mistake("split: [{pool: a, weight: 1001}]", ".split[0].weight", "not within 0 to 1000"),
        mistake("split: [{wieght: 1, pool: a}]", ".split[0].wieght", "did you mean \"weight\"?"),
        mistake("redirect: {}", ".redirect", "says nowhere to go"),
        mistake("redirect: {scheme: ftp}", ".redirect.scheme", "neither http nor https"),
        mistake("redirect: {path: x}", ".redirect.path", "is not a path"),
        mistake("redirect: {path: /x, status: 304}", ".redirect", "is not one of [301, 302"),
        mistake("redirect: {prefix: /x}", ".redirect.prefix", "stands for match.pathPrefix"),
        mistake(
            "match: {pathPrefix: /a}, redirect: {path: /x, prefix: /x}",
            ".redirect",
            "either path or prefix"),
        mistake("respond: {body: ok}", ".respond.status", "is required"),
        mistake("respond: {status: 101}", ".respond.status", "not within 200 to 599"),
        mistake("respond: {status: 204, body: x}", ".respond.body", "has no body"),
        mistake(
            "respond: {status: 200}, requestHeaders: {remove: [a]}",
            ".requestHeaders",
            "goes to no pool"),
        mistake("redirect: {path: /}, rewrite: {path: /b}", ".rewrite", "goes to no pool"));
  }

  static Stream<Arguments> mistakesOfChanges() {
    return Stream.of(
        mistake("pool: p, rewrite: {path: \"/a b\"}", ".rewrite.path", "is not a path"),
        mistake("pool: p, rewrite: {path: /%zz}", ".rewrite.path", "percent-encoded"),
        mistake("pool: p, rewrite: {prefix: /b}", ".rewrite.prefix", "match.pathPrefix"),
        mistake("pool: p, rewrite: {host: \"b:0\"}", ".rewrite.host", "not within 1 to 65535"),
        mistake("pool: p, rewrite: {host: \"a b\"}", ".rewrite.host", "not a host name"),
        mistake(
            "match: {path: /a}, pool: p, rewrite: {regexReplacement: /b}",
            ".rewrite.regexReplacement",
            "stands for match.pathRegex"),
        mistake(
            "match: {pathRegex: \"/(a)\"}, pool: p, rewrite: {regexReplacement: /$2}",
            ".rewrite.regexReplacement",
            "no group $2: match.pathRegex has 1"),
        mistake(
            "match: {pathRegex: \"/(a)\"}, pool: p, rewrite: {regexReplacement: /$}",
            ".rewrite.regexReplacement",
            "followed by the number"),
        mistake(
            "match: {pathRegex: \"/(a)\"}, pool: p, rewrite: {regexReplacement: a$1}",
            ".rewrite.regexReplacement",
            "begins with /"),
        mistake(
            "pool: p, requestHeaders: {set: {Host: a}}",
            ".requestHeaders.set.Host",
            "rewrite.host changes the Host"),
        mistake(
            "pool: p, requestHeaders: {add: {content-length: 1}}",
            ".requestHeaders.add.content-length",
            "written by the LB server alone"),
        mistake(
            "pool: p, responseHeaders: {remove: [ballast-reason]}",
            ".responseHeaders.remove[0]",
            "written by the LB server alone"),
        mistake(
            "pool: p, requestHeaders: {set: {\"a:b\": c}}",
            ".requestHeaders.set.a:b",
            "the name of a header"),
        mistake(
            "pool: p, requestHeaders: {set: {a: \"b\\r\\nc: d\"}}",
            ".requestHeaders.set.a",
            "no control characters"),
        mistake(
            "pool: p, requestHeaders: {set: {a: \" b\"}}",
            ".requestHeaders.set.a",
            "neither begins nor ends"),
        mistake(
            "pool: p, requestHeaders: {set: {a: b, A: c}}",
            ".requestHeaders.set.A",
            "stands here twice"),
        mistake("pool: p, requestHeaders: {set: {a: }}", ".requestHeaders.set.a", "has no value"),
        mistake("pool: p, requestHeaders: {set: {a: [b]}}", ".requestHeaders.set.a", "one value"),
        mistake("pool: p, requestHeaders: {delete: [a]}", ".requestHeaders.delete", "known: set"));
  }

  private static Arguments mistake(String keys, String path, String... messages) {
    return Arguments.of(keys, path, List.of(messages));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"mistakesOfMatches", "mistakesOfActions", "mistakesOfChanges"})
  void shouldNameTheMistakeOfARoute(String keys, String path, List<String> messages) {
    if (messages.size() == 1) {
      Mistakes.assertRefused(
          HEAD + "  - {" + keys + "} #here\n", "routes[0]" + path, messages.getFirst());
    } else {
      var refusal =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              InvalidInput.class, () -> Examples.yaml(HEAD + "  - {" + keys + "}"));
      assertThat(refusal.problems()).hasSameSizeAs(messages);
      messages.forEach(message -> assertThat(refusal).hasMessageContaining(message));
    }
  }

  @Test
  void shouldRefuseTooManyHeaders() {
    var remove = new StringBuilder();
    for (int index = 0; index < 64; index++) {
      remove.append("h").append(index).append(", ");
    }

    Mistakes.assertRefused(
        HEAD + "  - {pool: p, requestHeaders: {set: {a: b}, remove: [" + remove + "]}} #here",
        "routes[0].requestHeaders",
        "has 65 headers; the limit is 64");
  }

  @Test
  void shouldRefuseTooManyRegularExpressions() {
    String routes = "  - {match: {pathRegex: /a}, pool: p}\n".repeat(1_001);

    Mistakes.assertRefused(
        HEAD.replace("routes:", "routes: #here") + routes,
        "routes",
        "more than 1000 regular expressions");
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of("a{1000}", true),
        Arguments.of("(?:a{100}){10}", false),
        Arguments.of("[a-z]{500}[^]]{400}", true),
        Arguments.of("[[:alpha:]]{1000}", true),
        Arguments.of("\\{a{3,1000}", false),
        Arguments.of("a{x}{1}", true),
        Arguments.of("(a{500}|b{600})", false),
        Arguments.of("(((((a{9}){9}){9}){9}){9}){9}", false),
        Arguments.of("a{1000,}", false),
        Arguments.of("[\\]{9}]{900}", true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sizes")
  void shouldBoundTheStepsOfARegularExpression(String regex, boolean isSmallEnough) {
    if (isSmallEnough) {
      assertThat(Regexes.compile(regex).programSize()).isLessThan(Regexes.SIZE_LIMIT + 10);
    } else {
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> Regexes.compile(regex))
          .hasMessageContaining("more than 1000 steps");
    }
  }
}
