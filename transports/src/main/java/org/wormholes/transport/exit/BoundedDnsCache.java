package org.wormholes.transport.exit;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A cache of answers that forgets everything when it has taken too many since it last did: whoever
/// asks for a million names must not fill the memory. Answers leave by their time to live before
/// that.
final class BoundedDnsCache implements DnsCache {
  private static final int MAX_ENTRIES = 8192;

  private final DefaultDnsCache entries;
  private int added;

  BoundedDnsCache(int maxTtlSeconds, int negativeTtlSeconds) {
    this.entries = new DefaultDnsCache(0, maxTtlSeconds, negativeTtlSeconds);
  }

  @Override
  public void clear() {
    added = 0;
    entries.clear();
  }

  @Override
  public boolean clear(String name) {
    return entries.clear(name);
  }

  @Override
  public @Nullable List<? extends DnsCacheEntry> get(
      String name, DnsRecord @Nullable [] additionals) {
    return entries.get(name, additionals);
  }

  @Override
  public @Nullable DnsCacheEntry cache(
      String name,
      DnsRecord @Nullable [] additionals,
      InetAddress address,
      long ttl,
      EventLoop loop) {
    countOne();
    return entries.cache(name, additionals, address, ttl, loop);
  }

  @Override
  public @Nullable DnsCacheEntry cache(
      String name, DnsRecord @Nullable [] additionals, Throwable cause, EventLoop loop) {
    countOne();
    return entries.cache(name, additionals, cause, loop);
  }

  private void countOne() {
    added++;
    if (added > MAX_ENTRIES) {
      clear();
      added = 1;
    }
  }
}
