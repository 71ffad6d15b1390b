package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentsTest {

  @Test
  void shouldReadEveryDocumentWithItsBackends() {
    var documents = Examples.yaml(Examples.WEB);

    assertThat(documents.resources())
        .extracting(resource -> resource.key().toString())
        .containsExactly(
            "LoadBalancer web",
            "Pool web",
            "Backend web/b1",
            "Backend web/b2",
            "Pool api",
            "Pool cache");
    assertThat(documents.completeLists()).containsExactly("web");
    assertThat(documents.poolsConcerned()).containsExactly("web");
  }

  @Test
  void shouldFillInDefaults() {
    var documents = Examples.yaml(Examples.WEB);

    var web = (LoadBalancer) documents.find(new ItemKey(Kind.LOAD_BALANCER, "web")).orElseThrow();
    assertThat(web.fleet()).isEqualTo("default");
    assertThat(web.hosts()).containsExactly("web.example.test");
    var b2 = (Backend) documents.find(ItemKey.backend("web", "b2")).orElseThrow();
    assertThat(b2)
        .isEqualTo(
            new Backend(
                "web", "b2", new BackendAddress("b2.internal", 8080), 1, "", AdminState.ENABLED));
  }

  @Test
  void shouldReadJsonLikeYaml() {
    String json =
        "[{\"kind\":\"Pool\",\"name\":\"web\",\"backends\":[{\"name\":\"b1\",\"address\":\"[::1]:80\"}]}]";

    var documents = Documents.parse(json.getBytes(StandardCharsets.UTF_8), Documents.Format.JSON);

    assertThat(documents.resources()).isEqualTo(Examples.yaml(json).resources()).hasSize(2);
  }

  @Test
  void shouldReadBackWhatItIsWrittenAs() {
    var documents = Examples.yaml(Examples.WEB);
    var pool = (Pool) documents.find(new ItemKey(Kind.POOL, "web")).orElseThrow();
    var backends =
        documents.resources().stream()
            .filter(Backend.class::isInstance)
            .map(Backend.class::cast)
            .toList();

    var again = Examples.yaml(Codec.toDocument(pool, backends).toString());

    assertThat(again.resources()).containsExactly(pool, backends.get(0), backends.get(1));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "an unknown key",
            "kind: Pool\nname: web\nbackendz: []",
            3,
            "backendz",
            "did you mean \"backends\"?"),
        mistake(
            "an unknown key within a list",
            "kind: Pool\nname: web\nbackends:\n  - {name: b, address: \"h:1\",\n     wieght: 3}",
            5,
            "backends[0].wieght",
            "did you mean \"weight\"?"),
        mistake("no kind", "name: web", 1, "kind", "is required"),
        mistake("an unknown kind", "kind: Pol\nname: web", 1, "kind", "did you mean \"Pool\"?"),
        mistake(
            "a kind of the system",
            "kind: LbServer\nname: s",
            1,
            "kind",
            "written by the system itself"),
        mistake("no name", "kind: Pool", 1, "name", "is required"),
        mistake("a name in capitals", "kind: Pool\nname: Web", 2, "name", "is not a name"),
        mistake(
            "a port out of range",
            "kind: LoadBalancer\nname: a\ndomain: a.test\nlisteners:\n  - {name: x, port: 70000, protocol: http}",
            5,
            "listeners[0].port",
            "port 70000 is not within 1 to 65535"),
        mistake(
            "a protocol to come",
            "kind: LoadBalancer\nname: a\ndomain: a.test\nlisteners:\n  - {name: x, port: 70, protocol: udp}",
            5,
            "listeners[0].protocol",
            "not served by this version"),
        mistake(
            "tcp without a pool",
            "kind: LoadBalancer\nname: a\ndomain: a.test\nlisteners:\n  - {name: x, port: 70, protocol: tcp}",
            5,
            "listeners[0].pool",
            "is required for a tcp listener"),
        mistake(
            "a negative weight",
            "kind: Backend\npool: p\nname: b\naddress: h:1\nweight: -1",
            5,
            "weight",
            "not within"),
        mistake(
            "a weight in words",
            "kind: Backend\npool: p\nname: b\naddress: h:1\nweight: big",
            5,
            "weight",
            "not a whole number"),
        mistake(
            "an address without a port",
            "kind: Backend\npool: p\nname: b\naddress: h",
            4,
            "address",
            "is not host:port"),
        mistake(
            "an impossible IP address",
            "kind: Backend\npool: p\nname: b\naddress: 10.0.0.300:1",
            4,
            "address",
            "neither an IP address"),
        mistake(
            "a duration without a unit",
            "kind: Pool\nname: p\ntimeouts: {connect: 5}",
            3,
            "timeouts.connect",
            "is not a duration"),
        mistake(
            "an unknown algorithm",
            "kind: Pool\nname: p\nalgorithm: {type: round-robbin}",
            3,
            "algorithm.type",
            "did you mean \"round-robin\"?"),
        mistake(
            "two of a name",
            "kind: Pool\nname: p\n---\nkind: Pool\nname: p",
            5,
            "name",
            "written twice"),
        mistake(
            "a path and a prefix",
            "kind: LoadBalancer\nname: a\ndomain: a.test\nroutes:\n  - match: {path: /a, pathPrefix: /b}\n    pool: p",
            5,
            "routes[0].match",
            "not several"),
        mistake(
            "a list for a mapping",
            "kind: Pool\nname: p\nalgorithm: [x]",
            3,
            "algorithm",
            "must be a mapping"),
        mistake(
            "a mapping for a list",
            "kind: Pool\nname: p\nbackends: {a: b}",
            3,
            "backends",
            "must be a list"));
  }

  private static Arguments mistake(
      String what, String yaml, int line, String path, String message) {
    return Arguments.of(what, yaml, line, path, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void shouldNameTheMistake(String what, String yaml, int line, String path, String message) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> Examples.yaml(yaml));

    assertThat(refusal).as(what).isNotNull();
    assertThat(refusal.reason()).isEqualTo(InvalidInput.Reason.INVALID);
    assertThat(refusal.problems()).hasSize(1);
    var problem = refusal.problems().getFirst();
    assertThat(problem.line()).isEqualTo(line);
    assertThat(problem.path()).isEqualTo(path);
    assertThat(problem.message()).contains(message);
  }

  @Test
  void shouldNameEveryMistakeAtOnce() {
    String yaml =
        "kind: Pool\nname: A\n---\nkind: Fleet\nname: f\nscaling: {min: 3, max: 2, cpu: 101%}\nfoo: 1";

    var refusal = catchThrowableOfType(InvalidInput.class, () -> Examples.yaml(yaml));

    assertThat(refusal.problems()).extracting(Problem::document).containsExactly(1, 2, 2, 2);
    assertThat(refusal.problems())
        .extracting(Problem::path)
        .containsExactly("name", "scaling.cpu", "scaling", "foo");
  }

  static Stream<Arguments> unreadable() {
    return Stream.of(
        Arguments.of("a broken flow", "kind: {Pool", 1),
        Arguments.of("a tab for indentation", "kind: Pool\nalgorithm:\n\ttype: x", 3),
        Arguments.of("a key twice", "kind: Pool\nname: a\nname: b", 3),
        Arguments.of("an alias", "kind: Pool\nname: *a", 2),
        Arguments.of("too deep", "a: " + "[".repeat(40) + "]".repeat(40), 1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unreadable")
  void shouldRefuseWhatIsNotYaml(String what, String yaml, int line) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> Examples.yaml(yaml));

    assertThat(refusal).as(what).isNotNull();
    assertThat(refusal.reason()).isEqualTo(InvalidInput.Reason.UNREADABLE);
    assertThat(refusal.problems().getFirst().line()).isEqualTo(line);
  }

  @Test
  void shouldReadCharactersOfAnyWidthAnywhere() {
    for (int length = 900; length < 1_100; length++) {
      String body = "x".repeat(length) + "😀";
      String yaml =
          "kind: LoadBalancer\nname: w\ndomain: w.test\nroutes: [{respond: {status: 200, body: "
              + body
              + "}}]";

      var web = (LoadBalancer) Examples.yaml(yaml).resources().iterator().next();

      assertThat(web.routes().getFirst().action())
          .isEqualTo(new RouteAction.Respond(200, RouteAction.Respond.DEFAULT_CONTENT_TYPE, body));
    }
  }

  @Test
  void shouldRefuseWhatIsNotText() {
    var refusal =
        catchThrowableOfType(
            InvalidInput.class,
            () -> Documents.parse(new byte[] {'a', (byte) 0xC3}, Documents.Format.YAML));

    assertThat(refusal).hasMessageContaining("not UTF-8");
  }

  @Test
  void shouldRefuseTooMuchWithoutReadingIt() {
    var refusal =
        catchThrowableOfType(
            InvalidInput.class,
            () -> Documents.parse(new byte[Documents.BYTE_LIMIT + 1], Documents.Format.YAML));

    assertThat(refusal.reason()).isEqualTo(InvalidInput.Reason.TOO_LARGE);
  }

  @Test
  void shouldRefuseABackendBesideTheCompleteListOfItsPool() {
    String yaml =
        "kind: Pool\nname: p\nbackends: []\n---\nkind: Backend\npool: p\nname: b\naddress: h:1";

    var refusal = catchThrowableOfType(InvalidInput.class, () -> Examples.yaml(yaml));

    assertThat(refusal)
        .hasMessageContaining("document 2")
        .hasMessageContaining("lists all its backends");
  }

  @Test
  void shouldReadTenThousandBackends() {
    var yaml = new StringBuilder("kind: Pool\nname: big\nbackends:\n");
    for (int index = 0; index < 10_000; index++) {
      yaml.append("  - {name: b").append(index).append(", address: \"10.0.0.1:80\"}\n");
    }

    assertThat(Examples.yaml(yaml.toString()).resources()).hasSize(10_001);
  }
}
