package dev.ballast.cli;

import dev.ballast.model.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How people name the kinds: in the singular, in the plural, or in short, in upper or lower case, with or without a
 * hyphen.
 */
enum KindWord {
  LOAD_BALANCERS(Kind.LOAD_BALANCER, "lb"),
  POOLS(Kind.POOL, "p"),
  BACKENDS(Kind.BACKEND, "be"),
  FLEETS(Kind.FLEET, "f"),
  CERTIFICATES(Kind.CERTIFICATE, "cert"),
  FLEET_KEYS(Kind.FLEET_KEYS, "fk"),
  LB_SERVERS(Kind.LB_SERVER, "lbs");

  private final Kind kind;
  private final String abbreviation;

  KindWord(Kind kind, String abbreviation) {
    this.kind = kind;
    this.abbreviation = abbreviation;
  }

  Kind kind() {
    return kind;
  }

  /** The plural: what help and completion show. */
  String word() {
    return kind.path();
  }

  private List<String> words() {
    String singular = kind.documentName().toLowerCase(Locale.ROOT);
    return List.of(singular, word(), abbreviation);
  }

  static Optional<KindWord> of(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replace("-", "");
    return Stream.of(values()).filter(one -> one.words().contains(plain)).findFirst();
  }

  /** {@code pools (pool, p)} and so on. */
  static String known() {
    return Stream.of(values())
        .map(one -> one.word() + " (" + one.words().getFirst() + ", " + one.abbreviation + ")")
        .collect(Collectors.joining(", "));
  }

  /** For picocli. */
  static final class Converter implements ITypeConverter<KindWord> {
    @Override
    public KindWord convert(String text) {
      return of(text)
          .orElseThrow(
              () ->
                  new TypeConversionException("\"" + text + "\" is not a kind. Known: " + known()));
    }
  }

  /** What completion offers. */
  static final class Candidates extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Candidates() {
      super(Stream.of(values()).map(KindWord::word).toList());
    }
  }
}
