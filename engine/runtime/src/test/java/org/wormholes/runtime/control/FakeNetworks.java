package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// One closed network that takes everybody, and notes what it was asked.
final class FakeNetworks implements NetworkControl {
  private static final Instant END = Instant.parse("2026-03-01T12:00:00Z");

  static final NetworkView HOME =
      new NetworkView(
          "home",
          "wn1-" + "0".repeat(64),
          "invited",
          true,
          List.of("a".repeat(56)),
          List.of(),
          List.of("relay"),
          Optional.of(END),
          false,
          1,
          1,
          0,
          "network \"home\" do\nend\n");

  final List<String> asked = new ArrayList<>();

  @Override
  public List<NetworkView> networks() {
    return List.of(HOME);
  }

  @Override
  public NetworkView create(String name, String openTo) throws IOException {
    asked.add("create " + name + " " + openTo);
    return HOME;
  }

  @Override
  public InvitationView invite(Wish wish) throws IOException {
    asked.add("invite " + wish);
    if (wish.network().equals("elsewhere")) {
      throw new IOException("this node belongs to no network elsewhere");
    }
    return new InvitationView("home", "417-lusab-babad", List.of(), END, List.of());
  }

  @Override
  public CompletionStage<NetworkView> join(String invitation, Optional<String> contact) {
    asked.add("join " + invitation + contact.map(it -> " at " + it).orElse(""));
    return invitation.startsWith("1-")
        ? CompletableFuture.failedFuture(new IOException("the code is wrong"))
        : CompletableFuture.completedFuture(HOME);
  }

  @Override
  public List<MemberView> members(String network) throws IOException {
    asked.add("members " + network);
    return List.of(
        new MemberView(
            "a".repeat(56), "aaaaaaaa", true, true, List.of(), 4, Optional.empty(), false));
  }

  @Override
  public List<PeerView> peers() {
    return List.of();
  }

  @Override
  public WhyView why(String peer) throws IOException {
    asked.add("why " + peer);
    if (peer.equals("elsewhere")) {
      throw new IOException("no node is known as " + peer);
    }
    PeerView known =
        new PeerView(
            "b".repeat(56),
            "",
            "home",
            List.of(),
            List.of("tcp"),
            Optional.of("tcp"),
            Optional.empty());
    return new WhyView(
        known,
        List.of("its link over tcp is open"),
        List.of(new AttemptView(END, "tcp", true, "open", 1)));
  }

  @Override
  public List<ReachView> reach() {
    return List.of();
  }

  @Override
  public void revoke(String network, String member) {
    asked.add("revoke " + network + " " + member);
  }

  @Override
  public NetworkView befriend(String network, String friend) {
    asked.add("befriend " + network + " " + friend);
    return HOME;
  }

  @Override
  public NetworkView unfriend(String network, String friend) {
    asked.add("unfriend " + network + " " + friend);
    return HOME;
  }
}
