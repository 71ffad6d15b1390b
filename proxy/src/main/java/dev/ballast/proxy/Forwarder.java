package dev.ballast.proxy;

import dev.ballast.model.Forwarding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/**
 * Tells backends for whom a request is forwarded, and which id it has. What untrusted peers say of that is dropped; what trusted
 * ones say is continued: the peer is appended to X-Forwarded-For and Forwarded; their X-Forwarded-Proto, -Host and -Port, which
 * are about the first hop, stay. Of a family of fields that is not written here nothing is passed on, as it would be incomplete;
 * with the style {@code none} the fields of trusted peers pass as they are. Immutable.
 */
final class Forwarder {
  static final Forwarder NONE =
      new Forwarder(new Forwarding(List.of(), Forwarding.Style.NONE, ""), "http");

  private static final byte[] CRLF = Grammar.ascii("\r\n");
  private static final byte[] SEPARATOR = Grammar.ascii(", ");
  private static final byte[] X_FOR = Grammar.ascii("X-Forwarded-For: ");
  private static final byte[] X_PROTO = Grammar.ascii("X-Forwarded-Proto: ");
  private static final byte[] X_HOST = Grammar.ascii("X-Forwarded-Host: ");
  private static final byte[] X_PORT = Grammar.ascii("X-Forwarded-Port: ");
  private static final byte[] FORWARDED = Grammar.ascii("Forwarded: ");
  private static final byte[] FOR = Grammar.ascii("for=");
  private static final byte[] HTTPS = Grammar.ascii("https");
  private static final byte[] PROTO = Grammar.ascii(";proto=");
  private static final byte[] HOST = Grammar.ascii(";host=");

  private final TrustList trust;
  private final Forwarding.Style style;
  private final String scheme;
  private final byte[] schemeText;
  private final byte[] idName;
  private final byte[] idBeginning;

  private Forwarder(Forwarding forwarding, String scheme) {
    this.trust = TrustList.of(forwarding.trust());
    this.style = forwarding.style();
    this.scheme = scheme;
    this.schemeText = Grammar.ascii(scheme);
    this.idName = Grammar.ascii(forwarding.requestIdField().toLowerCase(Locale.ROOT));
    this.idBeginning = Grammar.ascii(forwarding.requestIdField() + ": ");
  }

  /** @param scheme that clients use: {@code http} or {@code https} */
  static Forwarder of(Forwarding forwarding, String scheme) {
    return new Forwarder(forwarding, scheme);
  }

  boolean isTrusted(InetAddress peer) {
    var address = new AddressBits();
    address.set(peer);
    return trust.contains(address);
  }

  private boolean hasX() {
    return style == Forwarding.Style.X_FORWARDED || style == Forwarding.Style.BOTH;
  }

  private boolean hasStandard() {
    return style == Forwarding.Style.FORWARDED || style == Forwarding.Style.BOTH;
  }

  /** Finds the client that a trusted peer names, by the family of fields that is written here; X-Forwarded-For before Forwarded. */
  boolean follow(RequestHead head, ForwardedChain chain) {
    boolean mayBeX = style != Forwarding.Style.FORWARDED;
    boolean mayBeStandard = style != Forwarding.Style.X_FORWARDED;
    return (mayBeX && chain.follow(head, Field.X_FORWARDED_FOR, trust))
        || (mayBeStandard && chain.follow(head, Field.FORWARDED, trust));
  }

  boolean hasIds() {
    return idName.length > 0;
  }

  /** The line with the id that a trusted peer has given the request, or -1; lines of that name are ours from now on. */
  int idLine(RequestHead head, boolean isTrusted) {
    FieldLines lines = head.fields();
    int kept = -1;
    for (int line = 0; line < lines.count(); line++) {
      if (lines.isNamed(line, idName)) {
        boolean isKept = isTrusted && kept < 0 && !lines.isLeftOut(line) && isSane(head, line);
        kept = isKept ? line : kept;
        lines.leaveOut(line);
      }
    }
    return kept;
  }

  private static boolean isSane(RequestHead head, int line) {
    int start = head.fields().valueStart(line);
    int end = head.fields().valueEnd(line);
    for (int at = start; at < end; at++) {
      if (head.bytes()[at] <= ' ' || head.bytes()[at] > '~') {
        return false;
      }
    }
    return end > start && end - start <= Origin.ID_LENGTH_LIMIT;
  }

  /** The scheme that the client uses: the listener's, or what a trusted peer says of itself. */
  String clientScheme(RequestHead head, Origin origin) {
    FieldLines lines = head.fields();
    for (int line = 0; line < lines.count() && origin.isTrusted(); line++) {
      if (lines.kind(line) == Field.X_FORWARDED_PROTO && style != Forwarding.Style.FORWARDED) {
        boolean isHttps =
            Grammar.equalsIgnoreCase(
                head.bytes(), lines.valueStart(line), lines.valueEnd(line), HTTPS);
        return isHttps ? "https" : "http";
      }
    }
    return scheme;
  }

  /** What {@link #write} writes for each request of an untrusted peer but for the host. */
  byte[] prepare(byte[] peer, int port) {
    ByteBuf out = Unpooled.buffer();
    if (hasX()) {
      out.writeBytes(X_FOR).writeBytes(peer).writeBytes(CRLF);
      writeScheme(out);
      writePort(port, out);
    }
    var prepared = new byte[out.readableBytes()];
    out.readBytes(prepared);
    return prepared;
  }

  /** Writes the lines about the client and the id of the request. */
  void write(RequestHead head, Origin origin, ByteBuf out) {
    if (hasX() && !origin.isTrusted()) {
      out.writeBytes(origin.prepared());
      writeHost(head, out);
    } else if (hasX()) {
      continueX(head, origin, out);
    }
    if (hasStandard()) {
      writeStandard(head, origin, out);
    }
    if (style == Forwarding.Style.NONE && origin.isTrusted()) {
      passOn(head, out);
    }
    writeId(origin, out);
  }

  /** Of our own answers and of requests alike; a kept id is written like one that was made. */
  void writeId(Origin origin, ByteBuf out) {
    if (origin.idLength() > 0) {
      out.writeBytes(idBeginning).writeBytes(origin.id(), 0, origin.idLength()).writeBytes(CRLF);
    }
  }

  private void continueX(RequestHead head, Origin origin, ByteBuf out) {
    out.writeBytes(X_FOR);
    writeValues(head, Field.X_FORWARDED_FOR, out);
    out.writeBytes(origin.peerText()).writeBytes(CRLF);
    if (!copyFirst(head, Field.X_FORWARDED_PROTO, X_PROTO, out)) {
      writeScheme(out);
    }
    if (!copyFirst(head, Field.X_FORWARDED_PORT, X_PORT, out)) {
      writePort(origin.port(), out);
    }
    if (!copyFirst(head, Field.X_FORWARDED_HOST, X_HOST, out)) {
      writeHost(head, out);
    }
  }

  private void writeScheme(ByteBuf out) {
    out.writeBytes(X_PROTO).writeBytes(schemeText).writeBytes(CRLF);
  }

  private static void writePort(int port, ByteBuf out) {
    out.writeBytes(X_PORT);
    Decimal.write(port, out);
    out.writeBytes(CRLF);
  }

  private static void writeHost(RequestHead head, ByteBuf out) {
    int length = head.hostEnd() - head.hostStart();
    if (length > 0) {
      out.writeBytes(X_HOST).writeBytes(head.bytes(), head.hostStart(), length).writeBytes(CRLF);
    }
  }

  /** Writes the values of a field, each followed by a separator. */
  private static void writeValues(RequestHead head, Field kind, ByteBuf out) {
    FieldLines lines = head.fields();
    for (int line = 0; line < lines.count(); line++) {
      int length = lines.valueEnd(line) - lines.valueStart(line);
      if (lines.kind(line) == kind && length > 0) {
        out.writeBytes(head.bytes(), lines.valueStart(line), length).writeBytes(SEPARATOR);
      }
    }
  }

  private static boolean copyFirst(RequestHead head, Field kind, byte[] beginning, ByteBuf out) {
    FieldLines lines = head.fields();
    for (int line = 0; line < lines.count(); line++) {
      int length = lines.valueEnd(line) - lines.valueStart(line);
      if (lines.kind(line) == kind && length > 0) {
        out.writeBytes(beginning).writeBytes(head.bytes(), lines.valueStart(line), length);
        out.writeBytes(CRLF);
        return true;
      }
    }
    return false;
  }

  private static void passOn(RequestHead head, ByteBuf out) {
    FieldLines lines = head.fields();
    for (int line = 0; line < lines.count(); line++) {
      if (lines.kind(line).isAboutClient() && !lines.isLeftOut(line)) {
        lines.copy(line, out);
      }
    }
  }

  /** RFC 7239, section 4: what is no token is quoted; an IPv6 address stands in brackets. */
  private void writeStandard(RequestHead head, Origin origin, ByteBuf out) {
    out.writeBytes(FORWARDED);
    if (origin.isTrusted()) {
      writeValues(head, Field.FORWARDED, out);
    }
    writeFor(origin.peerText(), out.writeBytes(FOR));
    int start = head.hostStart();
    int end = head.hostEnd();
    if (end > start) {
      out.writeBytes(HOST);
      boolean isToken = isToken(head.bytes(), start, end);
      writeQuote(isToken, out);
      out.writeBytes(head.bytes(), start, end - start);
      writeQuote(isToken, out);
    }
    out.writeBytes(PROTO).writeBytes(schemeText).writeBytes(CRLF);
  }

  private static void writeFor(byte[] address, ByteBuf out) {
    boolean isIpv6 = QueryText.indexOf(address, 0, address.length, ':') < address.length;
    if (isIpv6) {
      out.writeByte('"').writeByte('[').writeBytes(address).writeByte(']').writeByte('"');
    } else {
      out.writeBytes(address);
    }
  }

  private static void writeQuote(boolean isToken, ByteBuf out) {
    if (!isToken) {
      out.writeByte('"');
    }
  }

  private static boolean isToken(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (!Grammar.isToken(bytes[at])) {
        return false;
      }
    }
    return true;
  }
}
