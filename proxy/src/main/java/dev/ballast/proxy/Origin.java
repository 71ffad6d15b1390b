package dev.ballast.proxy;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Where the requests of a connection come from: its peer, and, if that is trusted to speak for others, the client that it names;
 * with the id of the request under way. Owned by the event loop of the connection, which has one for all its requests; nothing is
 * allocated but once for each connection.
 */
final class Origin {
  /** The longest id that is kept. */
  static final int ID_LENGTH_LIMIT = 128;

  private static final int MADE_ID_LENGTH = 32;
  private static final int ADDRESS_LENGTH_LIMIT = 64;
  private static final byte[] DIGITS = Grammar.ascii("0123456789abcdef");
  private static final byte[] NOTHING = {};

  private final Peer peer;
  private final byte[] peerText;
  private Forwarder forwarder = Forwarder.NONE;
  private boolean isTrusted;
  private byte[] prepared = NOTHING;
  private byte[] named = NOTHING;
  private int namedLength;
  private byte[] id = NOTHING;
  private int idLength;
  private boolean isCut;

  Origin(Peer peer) {
    this.peer = peer;
    this.peerText = peer.text();
  }

  /**
   * Begins with a request: finds out on whose behalf it is, and which id it has.
   *
   * @param chain the event loop's
   */
  void begin(RequestHead head, Forwarder by, ForwardedChain chain, RandomGenerator random) {
    if (by != forwarder) {
      forwarder = by;
      isTrusted = by.isTrusted(peer.address());
      prepared = by.prepare(peerText, peer.server().getPort());
    }
    namedLength = 0;
    isCut = false;
    if (isTrusted) {
      follow(head, chain);
    }
    if (by.hasIds()) {
      takeId(head, by.idLine(head, isTrusted), random);
    }
  }

  private void follow(RequestHead head, ForwardedChain chain) {
    if (forwarder.follow(head, chain)) {
      int length = chain.clientEnd() - chain.clientStart();
      if (length <= ADDRESS_LENGTH_LIMIT) {
        named = named.length == 0 ? new byte[ADDRESS_LENGTH_LIMIT] : named;
        System.arraycopy(head.bytes(), chain.clientStart(), named, 0, length);
        namedLength = length;
      }
    }
    isCut = chain.isCut();
  }

  /** @param line of the id to keep, or negative */
  private void takeId(RequestHead head, int line, RandomGenerator random) {
    if (line < 0) {
      id = id.length == 0 ? new byte[MADE_ID_LENGTH] : id;
      idLength = MADE_ID_LENGTH;
      writeHexadecimal(random.nextLong(), 0);
      writeHexadecimal(random.nextLong(), MADE_ID_LENGTH / 2);
      return;
    }
    int start = head.fields().valueStart(line);
    idLength = head.fields().valueEnd(line) - start;
    id = id.length < idLength ? new byte[ID_LENGTH_LIMIT] : id;
    System.arraycopy(head.bytes(), start, id, 0, idLength);
  }

  private void writeHexadecimal(long number, int at) {
    for (int i = 0; i < MADE_ID_LENGTH / 2; i++) {
      id[at + i] = DIGITS[(int) (number >>> (60 - 4 * i)) & 0xf];
    }
  }

  /** The request is over. */
  void end() {
    namedLength = 0;
    idLength = 0;
  }

  /** Whether what the peer says of others counts. */
  boolean isTrusted() {
    return isTrusted;
  }

  /** Whether the client is not named because too many trusted peers stand between. */
  boolean isCut() {
    return isCut;
  }

  /** The peer's address as text. */
  byte[] peerText() {
    return peerText;
  }

  int port() {
    return peer.server().getPort();
  }

  /** The lines that say for whom is forwarded, as far as they are the same for all requests of the connection. */
  byte[] prepared() {
    return prepared;
  }

  /** The address of the client, as text, in the first {@link #clientLength} bytes: of the one that trusted peers name, else of the peer. */
  byte[] client() {
    return namedLength > 0 ? named : peerText;
  }

  int clientLength() {
    return namedLength > 0 ? namedLength : peerText.length;
  }

  /** The id of the request under way, in the first {@link #idLength} bytes. */
  byte[] id() {
    return id;
  }

  /** For messages about it; empty if it has none. */
  String idText() {
    return new String(id, 0, idLength, StandardCharsets.US_ASCII);
  }

  /** 0 if it has none. */
  int idLength() {
    return idLength;
  }
}
