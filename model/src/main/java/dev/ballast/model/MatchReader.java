package dev.ballast.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Reads which requests a route takes. */
final class MatchReader {
  private static final List<String> HOWS = Codec.texts(ValueMatch.How.class);

  private MatchReader() {}

  static Optional<RouteMatch> match(Fields fields) {
    var host = fields.text("host", LoadBalancerReader::hostPattern);
    var path = fields.text("path", HttpSyntax::path);
    var pathPrefix = fields.text("pathPrefix", HttpSyntax::path);
    var pathRegex = fields.text("pathRegex", Regexes::require);
    var methods = fields.texts("methods", RouteMatch.CONDITION_LIMIT, HttpSyntax::method);
    var headers =
        fields.elements(
            "headers",
            RouteMatch.CONDITION_LIMIT,
            one -> condition(one, HttpSyntax::fieldName, HttpSyntax::fieldValue));
    var query =
        fields.elements(
            "query",
            RouteMatch.CONDITION_LIMIT,
            one -> condition(one, HttpSyntax::parameterName, MatchReader::parameterValue));
    fields.finish();
    return fields.make(
        () -> new RouteMatch(host, path, pathPrefix, pathRegex, methods, headers, query));
  }

  private static Optional<ValueMatch> condition(
      Fields fields, UnaryOperator<String> asName, UnaryOperator<String> asValue) {
    String name = fields.required("name", asName, "placeholder");
    var written =
        Arrays.stream(ValueMatch.How.values()).filter(how -> fields.has(Codec.text(how))).toList();
    fields.finish();
    if (written.size() != 1) {
      return fields.problem(
          written.isEmpty() ? "" : Codec.text(written.get(1)),
          "a condition has exactly one of " + String.join(", ", HOWS));
    }
    var how = written.getFirst();
    String key = Codec.text(how);
    var value =
        switch (how) {
          case EXACT, PREFIX -> fields.text(key, asValue);
          case REGEX -> fields.text(key, Regexes::require);
          case PRESENT, ABSENT -> fields.text(key, MatchReader::isTrue);
        };
    return value.map(text -> new ValueMatch(name, how, text));
  }

  private static String isTrue(String text) {
    if (!text.equals("true")) {
      throw new IllegalArgumentException(
          "is true or left out: present: true or absent: true says the one or the other");
    }
    return "";
  }

  private static String parameterValue(String text) {
    if (text.length() > HttpSyntax.VALUE_LIMIT) {
      throw new IllegalArgumentException(
          "has " + text.length() + " characters; the limit is " + HttpSyntax.VALUE_LIMIT);
    }
    if (text.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '&' || c == '#')) {
      throw new IllegalArgumentException(
          "is compared with what the client wrote, percent-encoded: it has no spaces, & or #, and"
              + " nothing beyond US-ASCII");
    }
    return text;
  }
}
