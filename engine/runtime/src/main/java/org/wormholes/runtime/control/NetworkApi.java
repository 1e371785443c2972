package org.wormholes.runtime.control;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/// The part of the control API that is about networks and who belongs to them.
public final class NetworkApi {
  private static final Duration DEFAULT_LIFE = Duration.ofDays(90);
  private static final Duration DEFAULT_OPEN = Duration.ofHours(24);

  /// Answer of networks.
  public record NetworkList(List<NetworkView> networks) {}

  /// Body of networks.
  ///
  /// @param openTo `anyone`, `invited` or `friends`
  public record CreateRequest(String name, String openTo) {}

  /// Body of invitations.
  ///
  /// @param roles of the guest
  /// @param reach how many steps others may be admitted below it; 0 unless told
  /// @param life how long its certificate is good; 90 days unless told
  /// @param open how long the invitation is; a day unless told
  public record InviteRequest(
      String network,
      List<String> roles,
      Optional<Integer> reach,
      Optional<Duration> life,
      Optional<Duration> open) {}

  /// Body of joins.
  ///
  /// @param invitation a code, or an invitation's uri
  /// @param contact where the host is, for a code
  public record JoinRequest(String invitation, Optional<String> contact) {}

  /// Answer of members.
  public record MemberList(String network, List<MemberView> members) {}

  /// Answer of peers.
  public record PeerList(List<ReachView> reach, List<PeerView> peers) {}

  /// Body of revocations.
  public record RevokeRequest(String network, String member) {}

  /// Body of friends.
  ///
  /// @param friend an address, or `wormhole://ADDRESS@[CARRIER+]PLACE`
  /// @param remove whether it is one no more
  public record FriendRequest(String network, String friend, boolean remove) {}

  private final NetworkControl networks;

  NetworkApi(NetworkControl networks) {
    this.networks = networks;
  }

  /// A question that may fail in a way that a person can do something about.
  private interface Asked<T> {
    T answer() throws IOException;
  }

  private static <T> T ask(Asked<T> question) throws Refusal {
    try {
      return question.answer();
    } catch (IOException e) {
      throw new Refusal(409, "network", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  NetworkList list() {
    return new NetworkList(networks.networks());
  }

  NetworkView create(CreateRequest request) throws Refusal {
    return ask(() -> networks.create(request.name(), request.openTo()));
  }

  InvitationView invite(InviteRequest request) throws Refusal {
    return ask(() ->
        networks.invite(
            new NetworkControl.Wish(
                request.network(),
                Set.copyOf(request.roles()),
                request.reach().orElse(0),
                request.life().orElse(DEFAULT_LIFE),
                request.open().orElse(DEFAULT_OPEN))));
  }

  /// Waits until the host has answered.
  NetworkView join(JoinRequest request) throws Refusal {
    try {
      return networks.join(request.invitation(), request.contact()).toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why = cause instanceof IOException ? cause.getMessage() : "the host does not answer";
      throw new Refusal(409, "not-admitted", String.valueOf(why));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(409, "stopping", "the engine is stopping");
    }
  }

  /// @param target with `?of=` and the network
  MemberList members(String target) throws Refusal {
    int query = target.indexOf("?of=");
    if (query < 0) {
      throw new Refusal(400, "bad-request", "say which network: ?of=NAME");
    }
    return ask(() -> {
      String network = URLDecoder.decode(target.substring(query + 4), StandardCharsets.UTF_8);
      return new MemberList(network, networks.members(network));
    });
  }

  /// @param target with `?of=` and the peer
  WhyView why(String target) throws Refusal {
    int query = target.indexOf("?of=");
    if (query < 0) {
      throw new Refusal(400, "bad-request", "say which peer: ?of=PEER");
    }
    return ask(
        () -> networks.why(URLDecoder.decode(target.substring(query + 4), StandardCharsets.UTF_8)));
  }

  PeerList peers() {
    return new PeerList(networks.reach(), networks.peers());
  }

  MemberList revoke(RevokeRequest request) throws Refusal {
    return ask(() -> {
      networks.revoke(request.network(), request.member());
      return new MemberList(request.network(), networks.members(request.network()));
    });
  }

  NetworkView friend(FriendRequest request) throws Refusal {
    return ask(() ->
        request.remove()
            ? networks.unfriend(request.network(), request.friend())
            : networks.befriend(request.network(), request.friend()));
  }
}
