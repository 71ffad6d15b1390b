package dev.ballast.proxy;

import dev.ballast.model.Forwarding;
import dev.ballast.model.HeaderEdits;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The header edits of a route for one direction, as bytes: which lines are left out, and what is written in their place. Immutable.
 * What this proxy writes in its own words (Host, framing, what is for one hop, what {@code forwarded} is about) is never touched.
 */
final class HeaderLines {
  static final HeaderLines NONE = new HeaderLines(FieldNames.NONE, new byte[0]);

  private final FieldNames leftOut;
  private final byte[] written;

  private HeaderLines(FieldNames leftOut, byte[] written) {
    this.leftOut = leftOut;
    this.written = written;
  }

  /** @param forwarding what it writes is ours, too */
  static HeaderLines ofRequests(HeaderEdits edits, Forwarding forwarding) {
    return of(edits, name -> isEditable(name, forwarding));
  }

  private static boolean isEditable(String name, Forwarding forwarding) {
    Field kind = kind(name);
    boolean isFree = kind.isAboutClient() && forwarding.style() == Forwarding.Style.NONE;
    return (kind.isCopiedInRequests() || isFree)
        && !name.equalsIgnoreCase(forwarding.requestIdField());
  }

  static HeaderLines ofAnswers(HeaderEdits edits) {
    return of(edits, name -> kind(name).isCopiedInAnswers());
  }

  private static HeaderLines of(HeaderEdits edits, Predicate<String> isCopied) {
    List<HeaderEdits.Field> lines =
        Stream.concat(edits.set().stream(), edits.add().stream())
            .filter(line -> isCopied.test(line.name()))
            .toList();
    List<String> names = new ArrayList<>(edits.remove());
    edits.set().forEach(line -> names.add(line.name()));
    names.removeIf(name -> !isCopied.test(name));
    if (lines.isEmpty() && names.isEmpty()) {
      return NONE;
    }
    var text = new StringBuilder();
    lines.forEach(
        line -> text.append(line.name()).append(": ").append(line.value()).append("\r\n"));
    return new HeaderLines(FieldNames.of(names), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Field kind(String name) {
    byte[] bytes = Grammar.ascii(name.toLowerCase(Locale.ROOT));
    return Field.named(bytes, 0, bytes.length);
  }

  FieldNames leftOut() {
    return leftOut;
  }

  /** How many bytes {@link #write} writes. */
  int length() {
    return written.length;
  }

  void write(ByteBuf out) {
    out.writeBytes(written);
  }
}
