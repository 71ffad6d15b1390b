package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of one request: validated, and cut into offsets in a byte array of the event loop, which reuses it for each head.
 * What outlives the turn must be copied out of it.
 *
 * <p>Source: RFC 9112, sections 3 to 6, in the strict reading: whatever two servers could read differently is refused.
 */
final class RequestHead {
  private static final byte[] HTTP_1 = Grammar.ascii("HTTP/1.");
  private static final byte[] CONTINUE = Grammar.ascii("100-continue");
  private static final byte[] TRAILERS = Grammar.ascii("trailers");
  private static final byte[] SCHEME_HTTP = Grammar.ascii("http://");
  private static final byte[] SCHEME_HTTPS = Grammar.ascii("https://");

  private final byte[] bytes;
  private final FieldLines fields;
  private final Framing framing = new Framing();
  private final HostName host = new HostName();
  private final Upgrade upgrade = new Upgrade();
  private final RequestPath path;

  private Method method = Method.OTHER;
  private int methodEnd;
  private int targetStart;
  private int targetEnd;
  private int pathStart;
  private int pathEnd;
  private int queryStart;
  private int authorityStart;
  private int authorityEnd;
  private int hostStart;
  private int hostEnd;
  private boolean hasHost;
  private boolean isHttp10;
  private boolean expectsContinue;
  private boolean acceptsTrailers;

  RequestHead(Limits limits) {
    this.bytes = new byte[limits.of(Limit.HEAD_BYTES)];
    this.fields = new FieldLines(limits);
    this.path =
        new RequestPath(limits.of(Limit.REQUEST_LINE_BYTES), limits.of(Limit.AMBIGUOUS_PATH_BYTES));
  }

  /** Reads the first {@code length} bytes of {@code in}, a whole head, and leaves the buffer as it is. */
  @Nullable Violation read(ByteBuf in, int length) {
    in.getBytes(in.readerIndex(), bytes, 0, length);
    int lineEnd =
        in.indexOf(in.readerIndex(), in.readerIndex() + length, Grammar.LF) + 1 - in.readerIndex();
    Violation violation = readRequestLine(lineEnd);
    if (violation == null) {
      violation = fields.read(bytes, lineEnd, length);
    }
    if (violation == null) {
      violation = readFields();
    }
    return violation == null ? checkHost() : violation;
  }

  private @Nullable Violation readRequestLine(int lineEnd) {
    methodEnd = 0;
    while (Grammar.isToken(bytes[methodEnd])) {
      methodEnd++;
    }
    targetStart = methodEnd + 1;
    targetEnd = targetStart;
    while (targetEnd < lineEnd && Grammar.isTarget(bytes[targetEnd])) {
      targetEnd++;
    }
    if (methodEnd == 0 || bytes[methodEnd] != Grammar.SP) {
      return Violation.REQUEST_LINE;
    }
    method = Method.named(bytes, 0, methodEnd);
    return targetEnd == targetStart || bytes[targetEnd] != Grammar.SP
        ? Violation.TARGET
        : readVersion(targetEnd + 1, lineEnd - 2);
  }

  private @Nullable Violation readVersion(int start, int end) {
    if (!Grammar.startsWith(bytes, start, end, HTTP_1) || end - start != HTTP_1.length + 1) {
      return isOtherVersion(start, end) ? Violation.VERSION : Violation.REQUEST_LINE;
    }
    byte minor = bytes[end - 1];
    isHttp10 = minor == '0';
    return minor == '0' || minor == '1' ? readTarget() : Violation.VERSION;
  }

  private boolean isOtherVersion(int start, int end) {
    return end - start == HTTP_1.length + 1
        && Grammar.startsWith(bytes, start, end, Grammar.ascii("HTTP/"))
        && Grammar.isDigit(bytes[start + 5])
        && bytes[start + 6] == '.'
        && Grammar.isDigit(bytes[end - 1]);
  }

  private @Nullable Violation readTarget() {
    authorityStart = 0;
    authorityEnd = 0;
    pathStart = targetStart;
    if (method == Method.CONNECT) {
      return Violation.CONNECT;
    }
    if (bytes[targetStart] != '/' && !isAsterisk() && !readAuthority()) {
      return Violation.TARGET;
    }
    pathEnd = pathStart;
    while (pathEnd < targetEnd && bytes[pathEnd] != '?') {
      pathEnd++;
    }
    queryStart = pathEnd;
    if (pathEnd == pathStart) {
      borrowSlash();
    }
    return path.read(bytes, pathStart, pathEnd);
  }

  /**
   * An absolute target without a path means "/", of which there is one right before the authority; or, for OPTIONS, "*" (RFC
   * 9112, section 3.2.4).
   */
  private void borrowSlash() {
    pathStart = authorityStart - 1;
    pathEnd = authorityStart;
    if (method == Method.OPTIONS && queryStart == targetEnd) {
      bytes[pathStart] = '*';
    }
  }

  /** {@code *} alone, which only OPTIONS may ask for. */
  private boolean isAsterisk() {
    return method == Method.OPTIONS && targetEnd - targetStart == 1 && bytes[targetStart] == '*';
  }

  /** Absolute form: {@code http://authority/path}. */
  private boolean readAuthority() {
    int scheme = schemeLength();
    if (scheme == 0) {
      return false;
    }
    authorityStart = targetStart + scheme;
    authorityEnd = authorityStart;
    while (authorityEnd < targetEnd && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
      authorityEnd++;
    }
    pathStart = authorityEnd;
    return authorityEnd > authorityStart;
  }

  private int schemeLength() {
    for (byte[] scheme : new byte[][] {SCHEME_HTTP, SCHEME_HTTPS}) {
      int end = targetStart + scheme.length;
      if (end < targetEnd && Grammar.equalsIgnoreCase(bytes, targetStart, end, scheme)) {
        return scheme.length;
      }
    }
    return 0;
  }

  private @Nullable Violation readFields() {
    hasHost = false;
    expectsContinue = false;
    acceptsTrailers = false;
    upgrade.clear();
    for (int line = 0; line < fields.count(); line++) {
      Violation violation =
          switch (fields.kind(line)) {
            case HOST -> readHost(line);
            case EXPECT -> readExpectation(line);
            case UPGRADE -> readUpgrade(line);
            case TE -> readTransferCodings(line);
            default -> null;
          };
      if (violation != null) {
        return violation;
      }
    }
    return framing.read(bytes, fields, !isHttp10);
  }

  private @Nullable Violation readHost(int line) {
    if (hasHost) {
      return Violation.HOST_DUPLICATE;
    }
    hasHost = true;
    hostStart = fields.valueStart(line);
    hostEnd = fields.valueEnd(line);
    return host.read(bytes, hostStart, hostEnd) ? null : Violation.HOST;
  }

  private @Nullable Violation readExpectation(int line) {
    if (!Grammar.equalsIgnoreCase(
        bytes, fields.valueStart(line), fields.valueEnd(line), CONTINUE)) {
      return Violation.EXPECTATION;
    }
    expectsContinue = !isHttp10;
    return null;
  }

  private @Nullable Violation readUpgrade(int line) {
    upgrade.read(bytes, fields.valueStart(line), fields.valueEnd(line));
    return null;
  }

  /** Codings are for one hop and ours to choose; that trailers are welcome is for the backend, too. */
  private @Nullable Violation readTransferCodings(int line) {
    acceptsTrailers |=
        !isHttp10
            && Grammar.equalsIgnoreCase(
                bytes, fields.valueStart(line), fields.valueEnd(line), TRAILERS);
    return null;
  }

  private @Nullable Violation checkHost() {
    if (!hasHost) {
      return isHttp10 ? takeHostOfTarget() : Violation.HOST_MISSING;
    }
    return authorityStart == 0 || isHostTheAuthority() ? null : Violation.HOST_MISMATCH;
  }

  /** HTTP/1.0 knows no Host field; there may be none at all. */
  private @Nullable Violation takeHostOfTarget() {
    hostStart = authorityStart;
    hostEnd = authorityEnd;
    return host.read(bytes, hostStart, hostEnd) ? null : Violation.TARGET;
  }

  private boolean isHostTheAuthority() {
    int length = hostEnd - hostStart;
    if (length != authorityEnd - authorityStart) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (Grammar.lower(bytes[hostStart + i]) != Grammar.lower(bytes[authorityStart + i])) {
        return false;
      }
    }
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  FieldLines fields() {
    return fields;
  }

  Framing framing() {
    return framing;
  }

  HostName host() {
    return host;
  }

  Method method() {
    return method;
  }

  int methodEnd() {
    return methodEnd;
  }

  RequestPath path() {
    return path;
  }

  /** Where the path as the client wrote it begins. */
  int pathStart() {
    return pathStart;
  }

  int pathEnd() {
    return pathEnd;
  }

  /** Where the query begins, with its question mark; it ends with the target. */
  int queryStart() {
    return queryStart;
  }

  int targetEnd() {
    return targetEnd;
  }

  /** Where the host as the client wrote it begins, port and all; empty if an HTTP/1.0 client named none. */
  int hostStart() {
    return hostStart;
  }

  int hostEnd() {
    return hostEnd;
  }

  boolean isHttp10() {
    return isHttp10;
  }

  boolean expectsContinue() {
    return expectsContinue;
  }

  /** Whether the client reads trailers. */
  boolean acceptsTrailers() {
    return acceptsTrailers;
  }

  /** The protocol that the client asks to switch to. */
  Upgrade upgrade() {
    return upgrade;
  }

  byte[] copyOfUpgrade() {
    return Arrays.copyOfRange(bytes, upgrade.start(), upgrade.end());
  }

  /** Whether the switch that it asks for may be passed on: of a request without body, over HTTP/1.1. */
  boolean asksToSwitch() {
    return upgrade.isPassedOn()
        && fields.hasUpgrade()
        && !isHttp10
        && bodyFraming() == BodyFraming.NONE;
  }

  BodyFraming bodyFraming() {
    if (framing.isChunked()) {
      return BodyFraming.CHUNKED;
    }
    return framing.length() > 0 ? BodyFraming.LENGTH : BodyFraming.NONE;
  }

  /** Whether the client means to use the connection again (RFC 9112, section 9.3). */
  boolean keepsAlive() {
    return !fields.hasClose() && (!isHttp10 || fields.hasKeepAlive());
  }

  /** The port that the client named, with its colon; empty if it named none. */
  String portText() {
    int end = host.end() < hostEnd && bytes[host.end()] == '.' ? host.end() + 1 : host.end();
    return new String(bytes, end, hostEnd - end, StandardCharsets.US_ASCII);
  }

  /** The host without port, as the client wrote it. */
  String hostText() {
    return new String(bytes, host.start(), host.end() - host.start(), StandardCharsets.US_ASCII);
  }
}
