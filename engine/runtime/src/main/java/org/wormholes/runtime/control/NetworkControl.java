package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The networks that an engine belongs to, and who belongs to them. A network is meant by its name
/// or its id. Every failure is an `IOException` that says what to do; what succeeds is kept before
/// it returns.
public interface NetworkControl {
  /// An engine that belongs to none.
  NetworkControl NONE =
      new NetworkControl() {
        @Override
        public List<NetworkView> networks() {
          return List.of();
        }

        @Override
        public NetworkView create(String name, String openTo) throws IOException {
          throw none(name);
        }

        @Override
        public InvitationView invite(Wish wish) throws IOException {
          throw none(wish.network());
        }

        @Override
        public CompletionStage<NetworkView> join(String invitation, Optional<String> contact) {
          return CompletableFuture.failedFuture(none("invited"));
        }

        @Override
        public List<MemberView> members(String network) throws IOException {
          throw none(network);
        }

        @Override
        public List<PeerView> peers() {
          return List.of();
        }

        @Override
        public List<ReachView> reach() {
          return List.of();
        }

        @Override
        public WhyView why(String peer) throws IOException {
          throw none(peer);
        }

        @Override
        public void revoke(String network, String member) throws IOException {
          throw none(network);
        }

        @Override
        public NetworkView befriend(String network, String friend) throws IOException {
          throw none(network);
        }

        @Override
        public NetworkView unfriend(String network, String friend) throws IOException {
          throw none(network);
        }

        private static IOException none(String network) {
          return new IOException("this node belongs to no network " + network);
        }
      };

  /// What a guest is to become.
  ///
  /// @param roles up to 8 names of 1 to 16 of `a-z0-9_`
  /// @param reach how many steps others may be admitted below it, 0 to 3
  /// @param life how long its certificate is good before it is renewed, up to 366 days
  /// @param open how long the invitation is, up to 7 days
  record Wish(String network, Set<String> roles, int reach, Duration life, Duration open) {
    public Wish {
      roles = Set.copyOf(roles);
    }
  }

  /// By name.
  List<NetworkView> networks();

  /// Makes a network and belongs to it: of one for invited nodes this node is the founder.
  ///
  /// @param openTo `anyone`, `invited` or `friends`
  NetworkView create(String name, String openTo) throws IOException;

  InvitationView invite(Wish wish) throws IOException;

  /// Uses an invitation. Completes when this node is a member and that is kept.
  ///
  /// @param invitation a code, or an invitation's uri
  /// @param contact where the host is, for a code: `wormhole://ADDRESS@[CARRIER+]PLACE`
  CompletionStage<NetworkView> join(String invitation, Optional<String> contact);

  /// Those that belong to a closed network, by address.
  List<MemberView> members(String network) throws IOException;

  /// Nodes that can be met by their keys, by network and address.
  List<PeerView> peers();

  /// Why a peer is reached as it is.
  ///
  /// @param peer its address, `KEY.peer`, `peer://KEY`, `friend://NAME@NETWORK`, or its name
  WhyView why(String peer) throws IOException;

  /// How this node is met by its key: one for each network in which it is.
  List<ReachView> reach();

  /// Takes back that a node belongs to a closed network: its links end here at once, and everywhere
  /// else as soon as the news arrives.
  void revoke(String network, String member) throws IOException;

  /// Speaks to a node in a network for friends from now on.
  ///
  /// @param friend an address, or `wormhole://ADDRESS@[CARRIER+]PLACE`
  NetworkView befriend(String network, String friend) throws IOException;

  /// Speaks to it no more.
  NetworkView unfriend(String network, String friend) throws IOException;
}
