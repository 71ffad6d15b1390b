package dev.ballast.proxy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** A TLS client that, once its handshake is over, sends any records that it is told to. It trusts everybody. */
final class RecordClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int SMALL_BUFFER = 4_096;
  private static final byte[] USER_CANCELED = {1, 90};
  private static final byte[] CLIENT_HELLO = HelloBytes.hello().message();

  private final Socket socket;
  private final OpenedUp protocol;
  private final OutputStream out;

  private RecordClient(Socket socket, ProtocolVersion version) throws IOException {
    this.socket = socket;
    this.out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
    this.protocol = new OpenedUp(socket.getInputStream(), out);
    protocol.connect(new Trusting(version));
  }

  /** Over TLS 1.2 or TLS 1.3, with a small window for what comes back. */
  static RecordClient to(int port, ProtocolVersion version) {
    try {
      var socket = new Socket();
      socket.setReceiveBufferSize(SMALL_BUFFER);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      return new RecordClient(socket, version);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  RecordClient text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    protocol.record(ContentType.application_data, bytes);
    return this;
  }

  void empty() throws IOException {
    protocol.record(ContentType.application_data, new byte[0]);
  }

  /** An alert that ends nothing. */
  void warning() throws IOException {
    protocol.record(ContentType.alert, USER_CANCELED);
  }

  /** Asks for another handshake. */
  void renegotiation() throws IOException {
    protocol.record(ContentType.handshake, CLIENT_HELLO);
  }

  /** New keys of TLS 1.3, and asks for new ones in return. */
  void keyUpdate() throws IOException {
    protocol.update();
  }

  /** What was written is on its way. */
  void flush() throws IOException {
    out.flush();
  }

  /** What comes decrypted. */
  InputStream in() {
    return protocol.getInputStream();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final class OpenedUp extends TlsClientProtocol {
    OpenedUp(InputStream in, OutputStream out) {
      super(in, out);
    }

    void record(short type, byte[] content) throws IOException {
      safeWriteRecord(type, content, 0, content.length);
    }

    void update() throws IOException {
      send13KeyUpdate(true);
    }
  }

  private static final class Trusting extends DefaultTlsClient {
    private final ProtocolVersion version;

    Trusting(ProtocolVersion version) {
      super(new BcTlsCrypto(new SecureRandom()));
      this.version = version;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return version.only();
    }

    @Override
    public TlsAuthentication getAuthentication() {
      return new TlsAuthentication() {
        @Override
        public void notifyServerCertificate(TlsServerCertificate shown) {}

        @Override
        public TlsCredentials getClientCredentials(CertificateRequest request) {
          return null;
        }
      };
    }
  }
}
