package org.wormholes.transport.exit;

import io.netty.resolver.DefaultHostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.TrustManagerFactory;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.Outside.AskListener;
import org.wormholes.runtime.spi.Outside.ResolveListener;
import org.wormholes.transport.names.Found;
import org.wormholes.transport.names.RecordType;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// Names to addresses and other records, by DNS. Each loop has its own cache, bounded in number and
/// by the answers' time to live. Search domains are not used: an exit takes a name as it stands.
final class Names {
  static final int MAX_LOOKUPS_PER_LOOP = 4096;

  /// How long is remembered what needed no lookup.
  private static final Duration KNOWN = Duration.ofMinutes(10);

  private final List<OnLoop> byLoop;
  private final DefaultHostsFileEntriesResolver hostsFile = new DefaultHostsFileEntriesResolver();

  Names(Sockets sockets) {
    this(sockets, Optional.empty());
  }

  /// @param trust whose certificates of name servers are good; empty means those that Java trusts
  Names(Sockets sockets, Optional<TrustManagerFactory> trust) {
    this.byLoop =
        sockets.loops().stream()
            .map(loop -> new OnLoop(loop, new Servers(sockets, trust)))
            .toList();
  }

  void resolve(
      NettyLoop loop, String host, int family, List<String> servers, ResolveListener listener) {
    on(loop, here -> here.resolve(host, family, servers, listener));
  }

  void ask(
      NettyLoop loop,
      NameQuestion question,
      List<String> servers,
      Predicate<InetAddress> allowed,
      AskListener listener) {
    on(
        loop,
        here ->
            here.find(
                question,
                servers,
                new Finding() {
                  @Override
                  public void onFound(Found found, Duration timeToLive) {
                    listener.onAnswered(found.forward(allowed, timeToLive), timeToLive);
                  }

                  @Override
                  public void onNothing(NameFailure why) {
                    listener.onUnanswered(why);
                  }
                }));
  }

  private void on(NettyLoop loop, Consumer<OnLoop> task) {
    OnLoop here = byLoop.get(loop.index());
    if (loop.inLoop()) {
      task.accept(here);
    } else {
      loop.execute(() -> task.accept(here));
    }
  }

  /// What became of one question.
  private interface Finding {
    void onFound(Found found, Duration timeToLive);

    void onNothing(NameFailure why);
  }

  /// What one loop knows; used on that loop only.
  private final class OnLoop {
    private final NettyLoop loop;
    private final FoundCache cache = new FoundCache();
    private final Servers upstreams;
    private int lookups;

    OnLoop(NettyLoop loop, Servers upstreams) {
      this.loop = loop;
      this.upstreams = upstreams;
    }

    void resolve(String host, int family, List<String> servers, ResolveListener listener) {
      String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
      List<InetAddress> unasked = known(name, servers);
      if (!unasked.isEmpty()) {
        List<InetAddress> wanted = ordered(unasked, family);
        loop.execute(() -> listener.onResolved(wanted, KNOWN));
      } else if (isName(name)) {
        Both both = new Both(family, listener);
        String lower = name.toLowerCase(Locale.ROOT);
        for (int type : both.types()) {
          find(new NameQuestion(lower, type, false), servers, both);
        }
      } else {
        loop.execute(() -> listener.onUnresolved(NameFailure.NOT_FOUND, KNOWN));
      }
    }

    void find(NameQuestion question, List<String> servers, Finding finding) {
      Optional<FoundCache.Kept> kept = cache.find(servers, question, loop.nanoTime());
      if (kept.isPresent()) {
        loop.execute(() -> finding.onFound(kept.get().found(), kept.get().timeToLive()));
      } else if (lookups >= MAX_LOOKUPS_PER_LOOP) {
        loop.execute(() -> finding.onNothing(NameFailure.LIMIT));
      } else {
        inquire(question, servers, finding);
      }
    }

    private void inquire(NameQuestion question, List<String> servers, Finding finding) {
      List<Servers.Endpoint> endpoints;
      try {
        endpoints = upstreams.of(servers);
      } catch (IllegalArgumentException unusable) {
        loop.execute(() -> finding.onNothing(NameFailure.FAILED));
        return;
      }
      lookups++;
      Inquiry.start(
          loop,
          question,
          endpoints,
          outcome -> {
            lookups--;
            if (outcome.found().isPresent()) {
              Found found = outcome.found().get();
              cache.keep(servers, question, found, loop.nanoTime());
              finding.onFound(found, found.timeToLive());
            } else {
              finding.onNothing(outcome.heard() ? NameFailure.FAILED : NameFailure.TIMED_OUT);
            }
          });
    }
  }

  /// One name's addresses of one family or both.
  private static final class Both implements Finding {
    private final int family;
    private final ResolveListener listener;
    private final List<InetAddress> addresses = new ArrayList<>();
    private Duration timeToLive = Duration.ofDays(1);
    private Optional<NameFailure> failure = Optional.empty();
    private boolean exists;
    private int open;

    Both(int family, ResolveListener listener) {
      this.family = family;
      this.listener = listener;
      this.open = types().size();
    }

    List<Integer> types() {
      return switch (family) {
        case 4 -> List.of(RecordType.A);
        case 6 -> List.of(RecordType.AAAA);
        default -> List.of(RecordType.A, RecordType.AAAA);
      };
    }

    @Override
    public void onFound(Found found, Duration remembered) {
      addresses.addAll(found.addresses());
      exists |= !found.isNoName();
      timeToLive = remembered.compareTo(timeToLive) < 0 ? remembered : timeToLive;
      done();
    }

    @Override
    public void onNothing(NameFailure why) {
      failure = Optional.of(why);
      done();
    }

    private void done() {
      open--;
      if (open > 0) {
        return;
      }
      if (!addresses.isEmpty()) {
        listener.onResolved(ordered(addresses, family), timeToLive);
      } else if (failure.isPresent()) {
        listener.onUnresolved(failure.get(), Duration.ZERO);
      } else if (exists) {
        listener.onResolved(List.of(), timeToLive);
      } else {
        listener.onUnresolved(NameFailure.NOT_FOUND, timeToLive);
      }
    }
  }

  /// Addresses that need no lookup: literals, the names that mean this machine (RFC 6761 section
  /// 6.3), and where the system is asked those of its file of hosts.
  private List<InetAddress> known(String name, List<String> servers) {
    InetAddress literal =
        name.indexOf('%') >= 0 ? null : NetUtil.createInetAddressFromIpAddressString(name);
    if (literal != null) {
      return List.of(literal);
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.equals("localhost") || lower.endsWith(".localhost")) {
      return List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6);
    }
    List<InetAddress> listed =
        servers.isEmpty() ? hostsFile.addresses(lower, ResolvedAddressTypes.IPV4_PREFERRED) : null;
    return listed == null ? List.of() : listed;
  }

  /// RFC 1035 section 2.3.4, on ASCII: labels of 1 to 63, 253 together.
  private static boolean isName(String name) {
    return HostPort.isHost(name)
        && org.wormholes.protocol.circuit.Host.isName(name.toLowerCase(Locale.ROOT));
  }

  private static List<InetAddress> ordered(List<InetAddress> addresses, int family) {
    boolean six = Routes.hasIpv6();
    List<InetAddress> ordered = new ArrayList<>(addresses.size());
    addresses.stream().filter(a -> isIpv6(a) == six).forEach(ordered::add);
    addresses.stream().filter(a -> isIpv6(a) != six).forEach(ordered::add);
    if (family != 0) {
      ordered.removeIf(address -> isIpv6(address) != (family == 6));
    }
    return List.copyOf(ordered);
  }

  private static boolean isIpv6(InetAddress address) {
    return !(address instanceof Inet4Address);
  }
}
