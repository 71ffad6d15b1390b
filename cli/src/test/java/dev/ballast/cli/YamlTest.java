package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Documents;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

class YamlTest {
  @Test
  void shouldWriteOneFieldPerLine() {
    String yaml =
        Yaml.of(
            Json.read(
                """
                {"kind":"Pool","name":"web","algorithm":{"type":"round-robin"},"panicThreshold":"50%",
                 "backends":[{"name":"b1","address":"10.0.0.1:80","weight":1},{"name":"b2","address":"h:80","weight":2}],
                 "hosts":["*","a.test"],"empty":[],"none":null}
                """));
    assertThat(yaml)
        .isEqualTo(
            """
            kind: Pool
            name: web
            algorithm:
              type: round-robin
            panicThreshold: 50%
            backends:
            - name: b1
              address: "10.0.0.1:80"
              weight: 1
            - name: b2
              address: "h:80"
              weight: 2
            hosts: ["*", a.test]
            empty: []
            none: null
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "web, web",
    "/api, /api",
    "500ms, 500ms",
    "true, '\"true\"'",
    "No, '\"No\"'",
    "12, '\"12\"'",
    "1e3, '\"1e3\"'",
    "*, '\"*\"'",
    "'', '\"\"'",
    "a: b, '\"a: b\"'",
    "- a, '\"- a\"'",
    "~, '\"~\"'"
  })
  void shouldQuoteWhatCouldBeMistaken(String text, String expected) {
    assertThat(Yaml.of(JsonNodeFactory.instance.stringNode(text))).isEqualTo(expected + "\n");
  }

  @Test
  void shouldEscapeLineFeedsAndQuotes() {
    assertThat(Yaml.of(JsonNodeFactory.instance.stringNode("a\n\"b\"")))
        .isEqualTo("\"a\\n\\\"b\\\"\"\n");
  }

  @Test
  void shouldBeReadBackAsWhatItWas() {
    for (String document : List.of(Demo.httpPool(), Demo.tcpPool(), Demo.loadBalancer())) {
      Documents documents = parsed(document);
      assertThat(documents.resources()).isNotEmpty();
      documents
          .resources()
          .forEach(
              resource ->
                  assertThat(parsed(Yaml.of(dev.ballast.model.Codec.toJson(resource))).resources())
                      .containsExactly(resource));
    }
  }

  @Test
  void shouldSeparateDocuments() {
    assertThat(Yaml.ofAll(List.of(Json.read("{\"a\":1}"), Json.read("{\"b\":2}"))))
        .isEqualTo("a: 1\n---\nb: 2\n");
  }

  private static Documents parsed(String yaml) {
    return Documents.parse(yaml.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
  }

  @Test
  void shouldKeepACommentOnItsLineWhateverIsInIt() {
    assertThat(Yaml.comment("φ 1.5: \"a\nb\u2028c\u0085d\ufeff\u0000\ud800😀\""))
        .isEqualTo("# φ 1.5: \"a b c d   😀\"\n");
  }
}
