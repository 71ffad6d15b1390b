package dev.ballast.detection;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;

/** The TLS settings of probes, each made once, however many targets share them. Safe for use by many threads. */
final class TlsContexts {
  private static final int LIMIT = 1_000;

  private final Map<Key, SslContext> contexts = new ConcurrentHashMap<>();

  private record Key(boolean isVerified, String authorities, boolean isHttp2) {}

  /**
   * The context for a kind of target.
   *
   * @throws IllegalArgumentException if the authorities can't be read
   */
  SslContext of(ProbeSpec.TlsSpec spec, boolean isHttp2) {
    if (contexts.size() >= LIMIT) {
      contexts.clear();
    }
    return contexts.computeIfAbsent(
        new Key(spec.isVerified(), spec.authorities(), isHttp2), TlsContexts::make);
  }

  private static SslContext make(Key key) {
    try {
      return builder(key).build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the authorities that probes should trust can't be read: " + e.getMessage(), e);
    }
  }

  private static SslContextBuilder builder(Key key) {
    var builder = SslContextBuilder.forClient();
    if (!key.isVerified()) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm("");
    } else {
      builder.endpointIdentificationAlgorithm("HTTPS");
      if (!key.authorities().isEmpty()) {
        builder.trustManager(
            new ByteArrayInputStream(key.authorities().getBytes(StandardCharsets.US_ASCII)));
      }
    }
    if (key.isHttp2()) {
      builder
          .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  "h2"));
    }
    return builder;
  }
}
