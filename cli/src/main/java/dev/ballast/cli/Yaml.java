package dev.ballast.cli;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Documents as people write them: block style, two spaces, strings without quotes where nothing can mistake them. One
 * field per line, so that {@code sed} and {@code diff} work.
 */
final class Yaml {
  /** Letters first: neither a number, nor a date, nor an indicator. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");

  /** A number with a unit, and nothing that YAML 1.1 or 1.2 reads as a number. */
  private static final Pattern QUANTITY = Pattern.compile("[0-9]+(?:ms|s|m|h|%)");

  private static final Pattern WORD_WITH_MEANING =
      Pattern.compile("(?i:true|false|null|yes|no|on|off|y|n)|\\.inf|\\.nan");

  /** Lines that a literal block keeps as they are: a certificate, say. */
  private static final Pattern LINES = Pattern.compile("(?:[\\x21-\\x7e][\\x20-\\x7e]*\\n){2,}+");

  private final StringBuilder text = new StringBuilder();

  private Yaml() {}

  /** One document, ending with a line feed. */
  static String of(JsonNode document) {
    var yaml = new Yaml();
    yaml.block(document, "");
    return yaml.text.toString();
  }

  /** Several documents, told apart by {@code ---}. */
  static String ofAll(Collection<JsonNode> documents) {
    return joined(documents.stream().map(Yaml::of).toList());
  }

  /** The same of documents that are written already. */
  static String joined(List<String> documents) {
    return String.join("---\n", documents);
  }

  /** A line that says something to people alone, whatever is in the text. */
  static String comment(String text) {
    var line = new StringBuilder("# ");
    text.codePoints()
        .map(character -> isFitForAComment(character) ? character : ' ')
        .forEach(line::appendCodePoint);
    return line.append('\n').toString();
  }

  /** What YAML 1.2 (5.1) calls printable, without line breaks, those of YAML 1.1 included. */
  private static boolean isFitForAComment(int character) {
    return (character >= 0x20 && character <= 0x7e)
        || (character >= 0xa0
            && character <= 0xfffd
            && !Character.isSurrogate((char) character)
            && character != 0x2028
            && character != 0x2029
            && character != 0xfeff)
        || (character >= 0x10000);
  }

  private void block(JsonNode node, String indent) {
    if (isInline(node)) {
      text.append(inline(node)).append('\n');
    } else if (node.isObject()) {
      fields(node, indent, indent);
    } else {
      elements(node, indent);
    }
  }

  private void fields(JsonNode object, String firstIndent, String indent) {
    String[] lead = {firstIndent};
    object.forEachEntry(
        (name, value) -> {
          text.append(lead[0]).append(string(name)).append(':');
          lead[0] = indent;
          if (value.isString() && LINES.matcher(value.asString()).matches()) {
            text.append(" |\n").append(value.asString().indent(indent.length() + 2));
          } else if (isInline(value)) {
            text.append(' ').append(inline(value)).append('\n');
          } else {
            text.append('\n');
            block(value, value.isArray() ? indent : indent + "  ");
          }
        });
  }

  private void elements(JsonNode array, String indent) {
    for (JsonNode element : array) {
      text.append(indent).append("- ");
      if (element.isObject() && !element.isEmpty()) {
        fields(element, "", indent + "  ");
      } else {
        text.append(inline(element)).append('\n');
      }
    }
  }

  /** Scalars, and lists of nothing but scalars. */
  private static boolean isInline(JsonNode node) {
    return !node.isContainer()
        || node.isEmpty()
        || (node.isArray() && node.valueStream().noneMatch(JsonNode::isContainer));
  }

  private static String inline(JsonNode node) {
    if (node.isArray()) {
      return node.valueStream().map(Yaml::inline).collect(Collectors.joining(", ", "[", "]"));
    }
    return node.isString() ? string(node.asString()) : node.toString();
  }

  private static String string(String value) {
    boolean isPlain =
        (PLAIN.matcher(value).matches() || QUANTITY.matcher(value).matches())
            && !WORD_WITH_MEANING.matcher(value).matches();
    return isPlain ? value : quoted(value);
  }

  /** A JSON string is a YAML double-quoted scalar. */
  private static String quoted(String value) {
    return StringNode.valueOf(value).toString();
  }
}
