package dev.ballast.model;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one mapping. A field that is missing or wrong becomes a problem, and a harmless placeholder is
 * answered so that the rest is read too: the whole input is refused when there was any problem, so no placeholder gets
 * out. {@link #finish} reports the keys that nobody asked for. Not thread-safe.
 */
public final class Fields {
  private static final String PLACEHOLDER_NAME = "placeholder";
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?");
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

  private final Tree.Mapping mapping;
  private final String path;
  private final Findings findings;
  private final Set<String> known = new LinkedHashSet<>();

  Fields(Tree.Mapping mapping, String path, Findings findings) {
    this.mapping = mapping;
    this.path = path;
    this.findings = findings;
  }

  /** The fields of a tree that has to be a mapping. */
  static Fields of(Tree tree, String path, Findings findings) {
    if (tree instanceof Tree.Mapping mapping) {
      return new Fields(mapping, path, findings);
    }
    findings.add(tree.line(), path, "must be a mapping (key: value)");
    return new Fields(
        new Tree.Mapping(tree.line(), new java.util.HashMap<>()), path, new Findings());
  }

  /**
   * Reads a text in YAML that is one mapping, or empty.
   *
   * @throws InvalidInput naming every mistake with line and path
   */
  public static <T> T readYaml(byte[] bytes, Function<Fields, Optional<T>> read) {
    var findings = new Findings();
    List<Tree> trees = Tree.parseAll(Documents.decoded(bytes), false);
    Tree tree = trees.isEmpty() ? new Tree.Mapping(1, new java.util.HashMap<>()) : trees.getFirst();
    if (trees.size() > 1) {
      findings.add(trees.get(1).line(), "", "must be one document");
    }
    Fields fields = of(tree, "", findings);
    Optional<T> result = read.apply(fields);
    fields.finish();
    findings.throwIfAny();
    return result.orElseThrow();
  }

  int line() {
    return mapping.line();
  }

  /** Whether the key is there, with a value other than null. */
  public boolean has(String key) {
    known.add(key);
    var entry = mapping.entries().get(key);
    return entry != null && !isNull(entry.value());
  }

  String name(String key) {
    return text(key, Names::requireName).orElseGet(() -> missing(key, PLACEHOLDER_NAME));
  }

  Optional<String> optionalName(String key) {
    return text(key, Names::requireName);
  }

  String name(String key, String otherwise) {
    return has(key) ? name(key) : otherwise;
  }

  /** A value as it is written. */
  public Optional<String> text(String key) {
    return text(key, text -> text);
  }

  /** Reads a text by a function that throws IllegalArgumentException for what it refuses. */
  public <T> Optional<T> text(String key, Function<String, T> read) {
    if (!has(key)) {
      return Optional.empty();
    }
    Tree value = value(key);
    if (!(value instanceof Tree.Scalar scalar)) {
      return problem(value.line(), key, "must be one value, not a list or a mapping");
    }
    return converted(scalar, path(key), read);
  }

  /** As {@link #text}, of a key that has to be there. */
  public <T> T required(String key, Function<String, T> read, T placeholder) {
    return text(key, read).orElseGet(() -> missing(key, placeholder));
  }

  /** A whole number. */
  public int integer(String key, int otherwise, int least, int most) {
    return text(key, text -> whole(key, text, least, most)).orElse(otherwise);
  }

  int requiredInteger(String key, int least, int most) {
    return text(key, text -> whole(key, text, least, most)).orElseGet(() -> missing(key, least));
  }

  /** A number, with a fraction if need be. */
  public double number(String key, double otherwise, double least, double most) {
    return text(
            key,
            text -> {
              if (!NUMBER.matcher(text).matches()) {
                throw refusal("\"" + text + "\" is not a number");
              }
              double number = Double.parseDouble(text);
              if (number < least || number > most) {
                throw refusal(
                    key + " " + text + " is not within " + plain(least) + " to " + plain(most));
              }
              return number;
            })
        .orElse(otherwise);
  }

  private static String plain(double number) {
    return new java.math.BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }

  /** A percentage, written {@code 60%} or {@code 60}. */
  public int percent(String key, int otherwise, int least, int most) {
    return text(
            key,
            text -> {
              String number = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
              if (!WHOLE_NUMBER.matcher(number).matches()) {
                throw refusal("\"" + text + "\" is not a percentage in whole numbers, such as 60%");
              }
              Ranges.requirePercent(key, Long.parseLong(number), least, most);
              return Integer.parseInt(number);
            })
        .orElse(otherwise);
  }

  /** {@code true} or {@code false}. */
  boolean fact(String key, boolean otherwise) {
    return text(
            key,
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw refusal("\"" + text + "\" is neither true nor false");
                })
        .orElse(otherwise);
  }

  /** A number of bytes, written {@code 10MiB} or {@code 4096}. */
  Optional<Long> bytes(String key, long most) {
    return text(
        key,
        text -> {
          long bytes =
              ByteSizes.parse(text)
                  .orElseThrow(
                      () -> refusal("\"" + text + "\" is not a size: 4096, 64KiB, 10MiB or 1GiB"));
          if (bytes > most) {
            throw refusal(key + " " + text + " is more than " + ByteSizes.text(most));
          }
          return bytes;
        });
  }

  /** A time such as {@code 500ms}. */
  public Duration duration(String key, Duration otherwise) {
    return text(
            key,
            text ->
                Durations.parse(text)
                    .orElseThrow(
                        () -> refusal("\"" + text + "\" is not a duration: 500ms, 15s, 2m or 1h")))
        .orElse(otherwise);
  }

  Optional<Instant> instant(String key) {
    return text(
        key,
        text -> {
          try {
            return Instant.parse(text);
          } catch (DateTimeParseException e) {
            throw refusal("\"" + text + "\" is not a time: 2026-01-31T12:00:00Z");
          }
        });
  }

  /** One of an enum's constants, written in lower case. */
  <E extends Enum<E>> Optional<E> constant(String key, Class<E> type) {
    return text(
        key,
        text -> {
          for (E constant : type.getEnumConstants()) {
            if (Codec.text(constant).equals(text)) {
              return constant;
            }
          }
          throw refusal(
              "\""
                  + text
                  + "\" is not one of "
                  + Codec.texts(type)
                  + Suggestion.among(text, Codec.texts(type)));
        });
  }

  /** The fields of a mapping; what is none is a problem. */
  public Optional<Fields> mapping(String key) {
    return has(key) ? Optional.of(of(value(key), path(key), findings)) : Optional.empty();
  }

  /** A mapping without fields in the place of a value: where all of them are left to their defaults. */
  public Fields empty(String key) {
    int line = has(key) ? value(key).line() : line();
    return new Fields(new Tree.Mapping(line, new java.util.HashMap<>()), path(key), findings);
  }

  /** All keys of a mapping whose keys people choose; each counts as asked for. */
  List<String> keys() {
    known.addAll(mapping.entries().keySet());
    return List.copyOf(mapping.entries().keySet());
  }

  /** Whether the key is absent, or a list without elements. */
  boolean hasNone(String key) {
    return !has(key)
        || (value(key) instanceof Tree.Sequence sequence && sequence.elements().isEmpty());
  }

  /** Algorithms as pools have them: mappings with a type and parameters. */
  public List<Algorithm> algorithms(String key, int limit) {
    return elements(key, limit, fields -> Optional.of(AlgorithmReader.read(fields)));
  }

  /** Whether the key is there with one value, neither a list nor a mapping. */
  public boolean isScalar(String key) {
    return has(key) && value(key) instanceof Tree.Scalar;
  }

  /** Whether the key is there with a list. */
  public boolean isList(String key) {
    return has(key) && value(key) instanceof Tree.Sequence;
  }

  /** What each element of a list, a mapping too, is read as; those that are refused are left out. */
  public <T> List<T> elements(String key, int limit, Function<Fields, Optional<T>> read) {
    var elements = new ArrayList<T>();
    for (Element element : list(key, limit)) {
      read.apply(of(element.tree(), element.path(), findings)).ifPresent(elements::add);
    }
    return elements;
  }

  /** The elements of a list, each with its path; empty when the key is absent. */
  List<Element> list(String key, int limit) {
    if (!has(key)) {
      return List.of();
    }
    if (!(value(key) instanceof Tree.Sequence sequence)) {
      problem(value(key).line(), key, "must be a list");
      return List.of();
    }
    int size = sequence.elements().size();
    if (size > limit) {
      problem(sequence.line(), key, "has " + size + " elements; the limit is " + limit);
      return List.of();
    }
    var elements = new ArrayList<Element>(size);
    for (Tree tree : sequence.elements()) {
      elements.add(new Element(tree, path(key) + "[" + elements.size() + "]"));
    }
    return elements;
  }

  /** An element of a list. */
  record Element(Tree tree, String path) {}

  /** The elements of a list of single values. */
  public <T> List<T> texts(String key, int limit, Function<String, T> read) {
    var texts = new ArrayList<T>();
    for (Element element : list(key, limit)) {
      if (element.tree() instanceof Tree.Scalar scalar) {
        converted(scalar, element.path(), read).ifPresent(texts::add);
      } else {
        findings.add(element.tree().line(), element.path(), "must be one value");
      }
    }
    return texts;
  }

  /** What the constructor makes of the fields; its refusal becomes a problem. */
  public <T> Optional<T> make(Supplier<T> constructor) {
    return make("", constructor);
  }

  /** As {@link #make(Supplier)}, where nothing but the value of the key can be refused. */
  <T> Optional<T> make(String key, Supplier<T> constructor) {
    try {
      return Optional.of(constructor.get());
    } catch (IllegalArgumentException e) {
      return problem(key, String.valueOf(e.getMessage()));
    }
  }

  /** A problem with a field, at its line if it is there. */
  public <T> Optional<T> problem(String key, String message) {
    Tree.@Nullable Entry entry = mapping.entries().get(key);
    return problem(entry == null ? mapping.line() : entry.line(), key, message);
  }

  /** Reports every key that nobody asked for, with the known one that it resembles. */
  public void finish() {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                findings.add(
                    entry.line(),
                    path(key),
                    "unknown key \"" + key + "\"" + Suggestion.among(key, known));
              }
            });
  }

  private <T> Optional<T> converted(Tree.Scalar scalar, String where, Function<String, T> read) {
    try {
      return Optional.of(read.apply(storable(scalar.text())));
    } catch (IllegalArgumentException e) {
      findings.add(scalar.line(), where, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** PostgreSQL stores no U+0000, and half a surrogate pair has no encoding. */
  private static String storable(String text) {
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      boolean isPair =
          Character.isHighSurrogate(c)
              && at + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(at + 1));
      if (c == 0 || (Character.isSurrogate(c) && !isPair)) {
        throw refusal("has the character U+%04X, which can't be stored".formatted((int) c));
      }
      at += isPair ? 1 : 0;
    }
    return text;
  }

  private <T> T missing(String key, T placeholder) {
    if (!has(key)) {
      problem(mapping.line(), key, "is required");
    }
    return placeholder;
  }

  private <T> Optional<T> problem(int line, String key, String message) {
    findings.add(line, path(key), message);
    return Optional.empty();
  }

  private Tree value(String key) {
    return java.util.Objects.requireNonNull(mapping.entries().get(key)).value();
  }

  /** The path of a key; of the mapping itself for an empty one. */
  private String path(String key) {
    return path.isEmpty() || key.isEmpty() ? path + key : path + "." + key;
  }

  private static int whole(String key, String text, int least, int most) {
    if (!WHOLE_NUMBER.matcher(text).matches()) {
      throw refusal("\"" + text + "\" is not a whole number");
    }
    Ranges.require(key, Long.parseLong(text), least, most);
    return Integer.parseInt(text);
  }

  private static boolean isNull(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.type() == Tree.Type.NULL;
  }

  private static IllegalArgumentException refusal(String message) {
    return new IllegalArgumentException(message);
  }
}
