package dev.ballast.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads how a pool picks. */
final class AlgorithmReader {
  private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final int PARAMETER_LIMIT = 1_024;

  private AlgorithmReader() {}

  static Algorithm read(Fields fields) {
    String type =
        fields.required("type", AlgorithmReader::known, new Algorithm.RoundRobin().type());
    Algorithm algorithm =
        Algorithm.of(type)
            .map(defaults -> parameters(fields, defaults))
            .orElseGet(() -> custom(fields));
    fields.finish();
    return algorithm;
  }

  private static Algorithm parameters(Fields fields, Algorithm defaults) {
    return switch (defaults) {
      case Algorithm.PowerOfTwoChoices few ->
          new Algorithm.PowerOfTwoChoices(choices(fields, few.choices()));
      case Algorithm.LeastResponseTime least -> {
        int choices = choices(fields, least.choices());
        Duration decay = fields.duration("decay", least.decay());
        yield fields
            .<Algorithm>make("decay", () -> new Algorithm.LeastResponseTime(choices, decay))
            .orElse(least);
      }
      case Algorithm.LeastLoad least -> {
        int choices = choices(fields, least.choices());
        Duration expiry = fields.duration("expiry", least.expiry());
        yield fields
            .<Algorithm>make("expiry", () -> new Algorithm.LeastLoad(choices, expiry))
            .orElse(least);
      }
      case Algorithm.Hash hash -> hash(fields, hash);
      case Algorithm.RoundRobin _,
          Algorithm.WeightedRoundRobin _,
          Algorithm.LeastConnections _,
          Algorithm.WeightedLeastConnections _,
          Algorithm.Random _,
          Algorithm.WeightedRandom _,
          Algorithm.Custom _ ->
          defaults;
    };
  }

  private static int choices(Fields fields, int unlessSaid) {
    return fields.integer(
        "choices", unlessSaid, Algorithm.PowerOfTwoChoices.LEAST, Algorithm.PowerOfTwoChoices.MOST);
  }

  private static Algorithm hash(Fields fields, Algorithm.Hash defaults) {
    Optional<RequestPart> by = part(fields, defaults.by().kind());
    int bound =
        fields.has("boundedLoad")
            ? fields.percent(
                "boundedLoad", 0, Algorithm.Hash.LEAST_BOUND, Algorithm.Hash.MOST_BOUND)
            : 0;
    Optional<KeyTable> over = keyTable(fields);
    return by.flatMap(part -> over.map(table -> new Algorithm.Hash(part, table, bound)))
        .orElse(defaults);
  }

  private static Optional<RequestPart> part(Fields fields, RequestPart.Kind unlessSaid) {
    var kind = fields.constant("by", RequestPart.Kind.class).orElse(unlessSaid);
    String name =
        kind.isNamed()
            ? fields.required("name", text -> partName(kind, text), "placeholder")
            : fields.text("name", text -> partName(kind, text)).orElse("");
    return fields.make(() -> new RequestPart(kind, name));
  }

  private static String partName(RequestPart.Kind kind, String text) {
    return switch (kind) {
      case HEADER -> HttpSyntax.fieldName(text);
      case COOKIE -> HttpSyntax.cookieName(text);
      case SOURCE_ADDRESS, PATH, QUERY, URI -> HttpSyntax.parameterName(text);
    };
  }

  private static Optional<KeyTable> keyTable(Fields fields) {
    String type = fields.text("over").orElse("maglev");
    return switch (type) {
      case "maglev" ->
          fields.make(
              "tableSize",
              () ->
                  new KeyTable.Maglev(
                      fields.integer(
                          "tableSize",
                          KeyTable.Maglev.DEFAULT,
                          KeyTable.Maglev.LEAST,
                          KeyTable.Maglev.MOST)));
      case "ring-hash" ->
          fields.make(
              () ->
                  new KeyTable.RingHash(
                      fields.integer(
                          "points",
                          KeyTable.RingHash.DEFAULT,
                          KeyTable.RingHash.LEAST,
                          KeyTable.RingHash.MOST)));
      case "rendezvous" -> Optional.of(new KeyTable.Rendezvous());
      default ->
          fields.problem(
              "over",
              "\""
                  + type
                  + "\" is not a table"
                  + Suggestion.among(type, List.of("maglev", "ring-hash", "rendezvous")));
    };
  }

  private static Algorithm custom(Fields fields) {
    String factory = fields.name("factory");
    var by =
        fields.has("by")
            ? part(fields, RequestPart.Kind.SOURCE_ADDRESS)
            : Optional.<RequestPart>empty();
    var parameters = new TreeMap<String, String>();
    fields.mapping("parameters").ifPresent(given -> readParameters(given, parameters));
    return fields
        .<Algorithm>make(() -> new Algorithm.Custom(factory, by, parameters))
        .orElseGet(Algorithm.RoundRobin::new);
  }

  private static void readParameters(Fields given, Map<String, String> parameters) {
    for (String key : given.keys()) {
      given
          .text(key, AlgorithmReader::parameter)
          .ifPresent(
              value -> {
                if (PARAMETER.matcher(key).matches()) {
                  parameters.put(key, value);
                } else {
                  given.problem(
                      key,
                      "is not a parameter's name: 1 to 64 of letters, digits, '_', '-' and '.'");
                }
              });
    }
  }

  private static String parameter(String text) {
    if (text.length() > PARAMETER_LIMIT) {
      throw new IllegalArgumentException(
          "has " + text.length() + " characters; the limit is " + PARAMETER_LIMIT);
    }
    return text;
  }

  private static String known(String type) {
    if (!Algorithm.types().contains(type)) {
      throw new IllegalArgumentException(
          "\"" + type + "\" is not an algorithm" + Suggestion.among(type, Algorithm.types()));
    }
    return type;
  }
}
