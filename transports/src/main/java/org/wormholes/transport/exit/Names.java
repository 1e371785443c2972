package org.wormholes.transport.exit;

import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Outside.ResolveListener;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// Names to addresses, by DNS. Each loop has its own resolvers and its own cache, bounded in number
/// and by the answers' time to live. Search domains are not used: an exit takes a name as it
/// stands.
final class Names {
  private static final int MAX_TTL_SECONDS = 600;
  private static final int NEGATIVE_TTL_SECONDS = 10;
  private static final int MAX_LOOKUPS_PER_LOOP = 4096;
  private static final int MAX_RESOLVERS_PER_LOOP = 64;
  private static final int QUERY_TIMEOUT_MILLIS = 3000;
  private static final int MAX_QUERIES = 16;

  private final Sockets sockets;
  private final List<OnLoop> byLoop;

  Names(Sockets sockets) {
    this.sockets = sockets;
    this.byLoop = sockets.loops().stream().map(loop -> new OnLoop(loop)).toList();
  }

  void resolve(NettyLoop loop, String host, List<String> servers, ResolveListener listener) {
    if (loop.inLoop()) {
      byLoop.get(loop.index()).resolve(host, servers, listener);
    } else {
      loop.execute(() -> byLoop.get(loop.index()).resolve(host, servers, listener));
    }
  }

  /// What one loop knows; used on that loop only.
  private final class OnLoop {
    private final NettyLoop loop;
    private final Map<List<String>, DnsNameResolver> resolvers = new HashMap<>();
    private int lookups;

    OnLoop(NettyLoop loop) {
      this.loop = loop;
    }

    void resolve(String host, List<String> servers, ResolveListener listener) {
      String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
      List<InetAddress> known = known(name);
      if (!known.isEmpty()) {
        loop.execute(() -> listener.onResolved(known));
      } else if (!isName(name)) {
        fail(listener, "not a name that DNS can hold");
      } else if (lookups >= MAX_LOOKUPS_PER_LOOP) {
        fail(listener, "too many lookups at once");
      } else {
        lookUp(name, servers, listener);
      }
    }

    private void lookUp(String name, List<String> servers, ResolveListener listener) {
      DnsNameResolver resolver;
      try {
        resolver = resolver(servers);
      } catch (RuntimeException unusable) {
        fail(listener, String.valueOf(unusable.getMessage()));
        return;
      }
      lookups++;
      Future<List<InetAddress>> answer = resolver.resolveAll(name);
      answer.addListener(done -> {
        lookups--;
        answer(answer, listener);
      });
    }

    private void answer(Future<List<InetAddress>> answer, ResolveListener listener) {
      if (answer.isSuccess() && !answer.getNow().isEmpty()) {
        listener.onResolved(ordered(answer.getNow()));
      } else {
        listener.onUnresolved(reason(answer.cause()));
      }
    }

    private void fail(ResolveListener listener, String why) {
      loop.execute(() -> listener.onUnresolved(why));
    }

    private DnsNameResolver resolver(List<String> servers) {
      DnsNameResolver known = resolvers.get(servers);
      if (known != null) {
        return known;
      }
      if (resolvers.size() >= MAX_RESOLVERS_PER_LOOP) {
        resolvers.values().forEach(DnsNameResolver::close);
        resolvers.clear();
      }
      DnsNameResolver made = build(loop, servers);
      resolvers.put(List.copyOf(servers), made);
      return made;
    }
  }

  private DnsNameResolver build(NettyLoop loop, List<String> servers) {
    DnsNameResolverBuilder builder =
        new DnsNameResolverBuilder(loop.eventLoop())
            .datagramChannelType(sockets.datagramType())
            .socketChannelType(sockets.streamType())
            .resolveCache(new BoundedDnsCache(MAX_TTL_SECONDS, NEGATIVE_TTL_SECONDS))
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
            .completeOncePreferredResolved(false)
            .queryTimeoutMillis(QUERY_TIMEOUT_MILLIS)
            .maxQueriesPerResolve(MAX_QUERIES)
            .searchDomains(List.of())
            .ndots(1)
            .nameServerProvider(provider(servers));
    if (!servers.isEmpty()) {
      builder.hostsFileEntriesResolver(new NoHostsFile());
    }
    return builder.build();
  }

  private static DnsServerAddressStreamProvider provider(List<String> servers) {
    if (servers.isEmpty()) {
      return DnsServerAddressStreamProviders.platformDefault();
    }
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String server : servers) {
      addresses.add(
          HostPort.parse(server, 53)
              .flatMap(HostPort::literal)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "a name server must be ip or ip:port, was " + server)));
    }
    return new SequentialDnsServerAddressStreamProvider(addresses);
  }

  /// Addresses that need no lookup: literals, and the names that mean this machine (RFC 6761
  /// section 6.3).
  private static List<InetAddress> known(String name) {
    InetAddress literal =
        name.indexOf('%') >= 0 ? null : NetUtil.createInetAddressFromIpAddressString(name);
    if (literal != null) {
      return List.of(literal);
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("localhost") || lower.endsWith(".localhost")
        ? List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6)
        : List.of();
  }

  /// RFC 1035 section 2.3.4, on ASCII: labels of 1 to 63, 253 together.
  private static boolean isName(String name) {
    if (name.isEmpty() || name.length() > 253 || !HostPort.isHost(name)) {
      return false;
    }
    for (String label : name.split("\\.", -1)) {
      if (label.isEmpty() || label.length() > 63) {
        return false;
      }
    }
    return name.indexOf(':') < 0;
  }

  private static List<InetAddress> ordered(List<InetAddress> addresses) {
    boolean six = Routes.hasIpv6();
    List<InetAddress> ordered = new ArrayList<>(addresses.size());
    addresses.stream().filter(a -> isIpv6(a) == six).forEach(ordered::add);
    addresses.stream().filter(a -> isIpv6(a) != six).forEach(ordered::add);
    return List.copyOf(ordered);
  }

  private static boolean isIpv6(InetAddress address) {
    return !(address instanceof Inet4Address);
  }

  private static String reason(@Nullable Throwable cause) {
    Throwable root = cause;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    boolean timedOut = root != null && root.getClass().getSimpleName().contains("Timeout");
    if (timedOut) {
      return "no answer from the name servers";
    }
    return cause instanceof UnknownHostException ? "no such name" : "lookup failed";
  }

  /// Named servers are asked and nothing else.
  private static final class NoHostsFile implements HostsFileEntriesResolver {
    @Override
    public @Nullable InetAddress address(String name, ResolvedAddressTypes types) {
      return null;
    }
  }
}
