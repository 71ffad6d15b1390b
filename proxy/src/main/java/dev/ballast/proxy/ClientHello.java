package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first message of a TLS client, as far as we need it: the server name that it asks for.
 *
 * <p>Idea: the message is gathered out of its records (RFC 8446, section 5.1; it may be spread over several, and a record may
 * arrive in pieces) and walked through once it is whole. What does not concern us is skipped by its length, so GREASE (RFC
 * 8701), unknown extensions and an encrypted inner hello (ECH: the name outside is the one that counts) need no care. Every
 * length is checked against what encloses it, and nothing may be left over.
 *
 * <p>Limits: the message has at most {@code limit} bytes, the records at most {@value #RECORDS}. Nothing is taken out of the
 * buffer: whoever ends TLS gets all of it. Owner: one connection.
 */
final class ClientHello {
  /** More bytes are needed. */
  static final int MORE = -1;

  /** It is none; see {@link #fault}. */
  static final int REFUSED = -2;

  static final int READ = 0;

  private static final int RECORD_HEADER_BYTES = 5;
  private static final int HANDSHAKE_HEADER_BYTES = 4;
  private static final int RECORD_LIMIT = 1 << 14;
  private static final int RECORDS = 64;
  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_NAME = 0;
  private static final int HOST_NAME = 0;
  private static final int RANDOM_BYTES = 32;
  private static final int SESSION_ID_LIMIT = 32;
  private static final int HOST_LIMIT = 255;

  private final int limit;
  private byte[] message = {};
  private int gathered;
  private int recordsRead;
  private int nextRecord;
  private int at;
  private @Nullable HandshakeFault fault;
  private byte @Nullable [] serverName;

  /** @param limit how many bytes the message may have */
  ClientHello(int limit) {
    this.limit = limit;
  }

  /**
   * Reads on in a connection's bytes, which {@code in} holds from their very first.
   *
   * @return {@link #READ}, {@link #MORE} or {@link #REFUSED}
   */
  int read(ByteBuf in) {
    while (true) {
      int length = recordLength(in);
      if (length < 0) {
        return length;
      }
      if (in.readableBytes() < nextRecord + RECORD_HEADER_BYTES + length) {
        return MORE;
      }
      int outcome = gather(in, in.readerIndex() + nextRecord + RECORD_HEADER_BYTES, length);
      if (outcome != MORE) {
        return outcome;
      }
      nextRecord += RECORD_HEADER_BYTES + length;
    }
  }

  /** Of the next record; refuses as soon as a byte shows that it can't be one. */
  private int recordLength(ByteBuf in) {
    int start = in.readerIndex() + nextRecord;
    int available = in.readableBytes() - nextRecord;
    boolean isFirst = recordsRead == 0;
    if (available >= 1 && in.getUnsignedByte(start) != HANDSHAKE) {
      return refuse(isFirst ? HandshakeFault.NOT_TLS : HandshakeFault.HELLO_MALFORMED);
    }
    if (available >= 2 && in.getUnsignedByte(start + 1) != 3) {
      return refuse(isFirst ? HandshakeFault.NOT_TLS : HandshakeFault.HELLO_MALFORMED);
    }
    if (available < RECORD_HEADER_BYTES) {
      return MORE;
    }
    int length = in.getUnsignedShort(start + 3);
    if (length == 0 || length > RECORD_LIMIT || in.getUnsignedByte(start + 2) > 4) {
      return refuse(HandshakeFault.HELLO_MALFORMED);
    }
    return recordsRead < RECORDS ? length : refuse(HandshakeFault.HELLO_TOO_LARGE);
  }

  private int gather(ByteBuf in, int from, int length) {
    recordsRead++;
    if (gathered + length > HANDSHAKE_HEADER_BYTES + limit) {
      return refuse(HandshakeFault.HELLO_TOO_LARGE);
    }
    if (message.length < gathered + length) {
      message = Arrays.copyOf(message, gathered + length);
    }
    in.getBytes(from, message, gathered, length);
    gathered += length;
    if (message[0] != CLIENT_HELLO) {
      return refuse(HandshakeFault.HELLO_MALFORMED);
    }
    if (gathered < HANDSHAKE_HEADER_BYTES) {
      return MORE;
    }
    int size = HANDSHAKE_HEADER_BYTES + number(1, 3);
    if (size > HANDSHAKE_HEADER_BYTES + limit) {
      return refuse(HandshakeFault.HELLO_TOO_LARGE);
    }
    if (gathered < size) {
      return MORE;
    }
    boolean isProper = gathered == size && readBody();
    return isProper ? READ : refuse(HandshakeFault.HELLO_MALFORMED);
  }

  /** From the version to the extensions (RFC 8446, section 4.1.2), with nothing left over. */
  private boolean readBody() {
    at = HANDSHAKE_HEADER_BYTES;
    if (!skip(2 + RANDOM_BYTES)) {
      return false;
    }
    int sessionId = vector(1);
    if (sessionId < 0 || sessionId > SESSION_ID_LIMIT || !skip(sessionId)) {
      return false;
    }
    int ciphers = vector(2);
    if (ciphers < 2 || ciphers % 2 != 0 || !skip(ciphers)) {
      return false;
    }
    int compressions = vector(1);
    if (compressions < 1 || !skip(compressions)) {
      return false;
    }
    return at == gathered || (vector(2) == gathered - at && readExtensions());
  }

  private boolean readExtensions() {
    boolean isNamed = false;
    while (at < gathered) {
      if (gathered - at < 4) {
        return false;
      }
      int type = number(at, 2);
      at += 2;
      int length = vector(2);
      if (length < 0) {
        return false;
      }
      int end = at + length;
      if (type == SERVER_NAME) {
        if (isNamed || !readServerName(end)) {
          return false;
        }
        isNamed = true;
      }
      at = end;
    }
    return true;
  }

  /** One name of the only type there is (RFC 6066, section 3). */
  private boolean readServerName(int end) {
    if (end - at < 5 || number(at, 2) != end - at - 2 || message[at + 2] != HOST_NAME) {
      return false;
    }
    int length = number(at + 3, 2);
    int start = at + 5;
    if (length == 0 || length > HOST_LIMIT || start + length != end) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (!Grammar.isDnsName(message[i])) {
        return false;
      }
    }
    serverName = lowerCase(start, end);
    return true;
  }

  private byte[] lowerCase(int start, int end) {
    byte[] name = new byte[end - start];
    for (int i = 0; i < name.length; i++) {
      name[i] = Grammar.lower(message[start + i]);
    }
    return name;
  }

  /** The length that stands before a vector, which lies within the message; -1 if it does not. */
  private int vector(int lengthBytes) {
    if (gathered - at < lengthBytes) {
      return -1;
    }
    int length = number(at, lengthBytes);
    at += lengthBytes;
    return length <= gathered - at ? length : -1;
  }

  private boolean skip(int bytes) {
    at += bytes;
    return at <= gathered;
  }

  private int number(int from, int bytes) {
    int number = 0;
    for (int i = from; i < from + bytes; i++) {
      number = (number << 8) | (message[i] & 0xff);
    }
    return number;
  }

  private int refuse(HandshakeFault why) {
    fault = why;
    return REFUSED;
  }

  /** Why it was refused. */
  HandshakeFault fault() {
    if (fault == null) {
      throw new IllegalStateException("it was not refused");
    }
    return fault;
  }

  /** The name asked for, in lower case; null if none is. */
  byte @Nullable [] serverName() {
    return serverName;
  }
}
