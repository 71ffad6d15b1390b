package dev.ballast.proxy;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resolver's cache, which keeps nothing but the times to live of the latest answers: {@link Names} decides itself when to
 * ask again. Owned by the event loop of the names.
 */
final class TimesToLive implements DnsCache {
  private final Map<String, Long> secondsByName = new HashMap<>();

  /** How long the latest answer about a name is good for, within reason. */
  Duration take(String host) {
    Long seconds = secondsByName.remove(key(host));
    if (seconds == null) {
      return Names.DEFAULT_REFRESH;
    }
    long within =
        Math.clamp(seconds, Names.SHORTEST_REFRESH.toSeconds(), Names.LONGEST_REFRESH.toSeconds());
    return Duration.ofSeconds(within);
  }

  @Override
  public DnsCacheEntry cache(
      String hostname,
      DnsRecord[] additionals,
      InetAddress address,
      long originalTtl,
      EventLoop loop) {
    secondsByName.merge(key(hostname), originalTtl, Math::min);
    return new Answer(address);
  }

  @Override
  public @Nullable DnsCacheEntry cache(
      String hostname, DnsRecord[] additionals, Throwable cause, EventLoop loop) {
    return null;
  }

  @Override
  public @Nullable List<? extends DnsCacheEntry> get(String hostname, DnsRecord[] additionals) {
    return null;
  }

  @Override
  public void clear() {
    secondsByName.clear();
  }

  @Override
  public boolean clear(String hostname) {
    return secondsByName.remove(key(hostname)) != null;
  }

  private static String key(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private record Answer(InetAddress address) implements DnsCacheEntry {
    @Override
    public @Nullable Throwable cause() {
      return null;
    }
  }
}
