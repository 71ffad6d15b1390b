package dev.ballast.verify;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Speaks TLS with a server by its name, and trusts one authority only. */
final class TlsClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SSLContext context;

  private TlsClient(SSLContext context) {
    this.context = context;
  }

  /**
   * @param authority a file in PEM
   */
  static TlsClient trusting(Path authority) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(authority)) {
      store.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return new TlsClient(context);
  }

  /** The handshake is done, and the server has proved to be the host. */
  SSLSocket connect(InetSocketAddress server, String host) throws IOException {
    Socket plain = HttpConnection.connect(Place.HERE, server, PATIENCE);
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, host, server.getPort(), true);
    try {
      var parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (IOException failure) {
      socket.close();
      throw failure;
    }
  }

  /** What a new connection is answered. */
  HttpConnection.Answer get(InetSocketAddress server, String host, String path) throws IOException {
    try (var connection = HttpConnection.over(connect(server, host))) {
      return connection.get(host, path);
    }
  }

  /** The certificate that a new connection is shown; sessions are not resumed for it. */
  X509Certificate shown(InetSocketAddress server, String host) throws IOException {
    try (SSLSocket socket = connect(server, host)) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }
}
