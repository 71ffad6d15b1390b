package dev.ballast.model;

import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * A document as written, each part with the line it stands on, so that an error can name it. YAML and JSON give the same
 * trees. Bounded in depth; aliases are refused (they can make a small text unfold into a huge tree).
 */
sealed interface Tree {
  int line();

  record Mapping(int line, Map<String, Entry> entries) implements Tree {}

  record Sequence(int line, List<Tree> elements) implements Tree {}

  record Scalar(int line, Type type, String text) implements Tree {}

  /** A key's value, with the line of the key. */
  record Entry(int line, Tree value) {}

  /** What a scalar was written as. */
  enum Type {
    STRING,
    NUMBER,
    BOOLEAN,
    NULL
  }

  int DEPTH_LIMIT = 32;

  /** All documents of the text; JSON has one. */
  static List<Tree> parseAll(String text, boolean isJson) {
    try (JsonParser parser =
        isJson
            ? Parsers.JSON.createParser(ObjectReadContext.empty(), text)
            : Parsers.YAML.createParser(ObjectReadContext.empty(), new WholeCharacters(text))) {
      return parseAll(parser, isJson ? "JSON" : "YAML");
    }
  }

  private static List<Tree> parseAll(JsonParser parser, String format) {
    try {
      return new TreeReader(parser).documents();
    } catch (JacksonException e) {
      throw e.getCause() instanceof MarkedYamlEngineException yaml
          ? unreadable(
              yaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0),
              "this is not " + format + ": " + yaml.getProblem())
          : unreadable(
              line(e, parser),
              "this is not " + format + ": " + TreeReader.firstLine(e.getOriginalMessage()));
    }
  }

  private static int line(JacksonException e, JsonParser parser) {
    var location = e.getLocation() == null ? parser.currentTokenLocation() : e.getLocation();
    return Math.max(0, location.getLineNr());
  }

  static InvalidInput unreadable(int line, String message) {
    return new InvalidInput(
        InvalidInput.Reason.UNREADABLE, List.of(new Problem(0, line, "", message)));
  }

  /** The parsers' settings. */
  final class Parsers {
    private static final StreamReadConstraints CONSTRAINTS =
        StreamReadConstraints.builder()
            .maxNestingDepth(DEPTH_LIMIT)
            .maxStringLength(1 << 20)
            .build();
    static final JsonFactory JSON =
        JsonFactory.builder()
            .streamReadConstraints(CONSTRAINTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    static final YAMLFactory YAML =
        YAMLFactory.builder()
            .streamReadConstraints(CONSTRAINTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .loadSettings(
                org.snakeyaml.engine.v2.api.LoadSettings.builder()
                    .setCodePointLimit(Documents.BYTE_LIMIT)
                    .build())
            .build();

    private Parsers() {}
  }
}

/**
 * Reads a text without ever ending a part of it between the halves of a surrogate pair: the YAML scanner's buffer has no room for
 * the second half there.
 */
final class WholeCharacters extends Reader {
  private final String text;
  private int at;

  WholeCharacters(String text) {
    this.text = text;
  }

  @Override
  public int read(char[] buffer, int offset, int length) {
    if (at == text.length()) {
      return -1;
    }
    int end = Math.min(text.length(), at + length);
    if (end - at > 1 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    text.getChars(at, end, buffer, offset);
    int read = end - at;
    at = end;
    return read;
  }

  @Override
  public void close() {}
}

/** Builds trees from a parser's tokens. */
record TreeReader(JsonParser parser) {
  List<Tree> documents() {
    var documents = new ArrayList<Tree>();
    while (parser.nextToken() != null) {
      documents.add(value());
    }
    return documents;
  }

  private Tree value() {
    refuseAlias();
    int line = line();
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(line);
      case START_ARRAY -> sequence(line);
      case VALUE_STRING -> scalar(line, Tree.Type.STRING);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(line, Tree.Type.NUMBER);
      case VALUE_TRUE, VALUE_FALSE -> scalar(line, Tree.Type.BOOLEAN);
      case VALUE_NULL -> scalar(line, Tree.Type.NULL);
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw Tree.unreadable(line, "unexpected " + parser.currentToken());
    };
  }

  private Tree.Mapping mapping(int line) {
    var entries = new LinkedHashMap<String, Tree.Entry>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      int keyLine = line();
      parser.nextToken();
      entries.put(key, new Tree.Entry(keyLine, value()));
    }
    return new Tree.Mapping(line, entries);
  }

  private Tree.Sequence sequence(int line) {
    var elements = new ArrayList<Tree>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value());
    }
    return new Tree.Sequence(line, elements);
  }

  private Tree.Scalar scalar(int line, Tree.Type type) {
    return new Tree.Scalar(line, type, parser.getString());
  }

  private void refuseAlias() {
    if (parser instanceof YAMLParser yaml
        && (yaml.isCurrentAlias() || yaml.getObjectId() != null)) {
      throw Tree.unreadable(line(), "aliases are not supported: write the value out");
    }
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
