package org.wormholes.runtime;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.membership.Invitation;
import org.wormholes.protocol.membership.InvitationCode;
import org.wormholes.protocol.membership.InvitationUri;
import org.wormholes.protocol.membership.Invitations;
import org.wormholes.protocol.membership.Member;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;
import org.wormholes.runtime.control.AttemptView;
import org.wormholes.runtime.control.InvitationView;
import org.wormholes.runtime.control.MemberView;
import org.wormholes.runtime.control.NetworkControl;
import org.wormholes.runtime.control.NetworkView;
import org.wormholes.runtime.control.PeerView;
import org.wormholes.runtime.control.ReachView;
import org.wormholes.runtime.control.WhyView;
import org.wormholes.runtime.store.KeptNetwork;

/// What people ask of the networks of a node.
final class NetworkDesk implements NetworkControl {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Node node;
  private final Executor work;
  private final Supplier<List<NodeUri>> addresses;
  private final Function<Function<Shard, List<NodeLink>>, List<NodeLink>> onEach;

  /// @param addresses where this node is reached
  /// @param onEach asks every loop for links
  NetworkDesk(
      Node node,
      Executor work,
      Supplier<List<NodeUri>> addresses,
      Function<Function<Shard, List<NodeLink>>, List<NodeLink>> onEach) {
    this.node = node;
    this.work = work;
    this.addresses = addresses;
    this.onEach = onEach;
  }

  @Override
  public List<NetworkView> networks() {
    return node.networks().all().stream()
        .sorted(
            Comparator.comparing((NetworkHost host) -> host.rules().name())
                .thenComparing(NetworkHost::id))
        .map(this::view)
        .toList();
  }

  private NetworkView view(NetworkHost host) {
    Network rules = host.rules();
    Optional<Member> self = host.roll().map(roll -> roll.members().get(node.id()));
    return new NetworkView(
        rules.name(),
        rules.id(),
        rules.openTo().word(),
        host.roll().isEmpty() || self.isPresent(),
        rules.founders(),
        host.friends().stream().map(NodeId::address).sorted().toList(),
        self.map(member -> member.roles().stream().sorted().toList()).orElse(List.of()),
        self.flatMap(Member::expires),
        host.roll().flatMap(MemberRoll::expiring).isPresent(),
        host.roll().map(roll -> roll.members().size()).orElse(0),
        host.directory().view().size(),
        linksOf(host).size(),
        script(rules));
  }

  private List<NodeLink> linksOf(NetworkHost host) {
    return onEach.apply(
        shard -> shard.links().stream().filter(link -> link.network() == host).toList());
  }

  private String script(Network rules) {
    StringBuilder text = new StringBuilder("network \"" + rules.name() + "\" do\n");
    text.append("  open_to :").append(rules.openTo().word()).append('\n');
    rules.founders().forEach(each -> text.append("  founder \"").append(each).append("\"\n"));
    Set<String> contacts = new LinkedHashSet<>(rules.bootstraps());
    if (!node.settings().roles().isEmpty()) {
      addresses.get().forEach(each -> contacts.add(each.format()));
    }
    contacts.forEach(each -> text.append("  bootstrap \"").append(each).append("\"\n"));
    return text.append("end\n").toString();
  }

  @Override
  public NetworkView create(String name, String openTo) throws IOException {
    Network.OpenTo who =
        Network.OpenTo.of(openTo)
            .orElseThrow(() -> new IOException("a network is open to anyone, invited or friends"));
    boolean founded = who == Network.OpenTo.INVITED;
    Network rules;
    try {
      rules = new Network(name, who, founded ? List.of(node.id().address()) : List.of(), List.of());
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    Bytes id = Bytes.of(rules.idBytes());
    KeptNetwork kept = node.networks().kept(id).orElse(KeptNetwork.of(rules));
    return view(node.networks().keep(kept));
  }

  @Override
  public InvitationView invite(Wish wish) throws IOException {
    NetworkHost host = closed(wish.network());
    checkMayAdmit(host, wish);
    Instant ends = node.clock().instant().plus(wish.open());
    try {
      Invitations.Terms terms =
          new Invitations.Terms(host.id(), wish.roles(), wish.reach(), wish.life(), ends);
      InvitationCode code = node.invitations().invite(terms);
      List<String> uris =
          addresses.get().stream().map(each -> new InvitationUri(each, code).format()).toList();
      return new InvitationView(
          host.rules().name(), code.text(), uris, ends, wish.roles().stream().sorted().toList());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// An invitation that could not be kept is not given.
  private void checkMayAdmit(NetworkHost host, Wish wish) throws IOException {
    Member self = host.roll().orElseThrow().members().get(node.id());
    if (self == null) {
      throw new IOException("this node does not belong to network " + wish.network());
    }
    boolean founder = host.roll().orElseThrow().charter().founders().contains(node.id());
    if (!founder && self.reach() <= wish.reach()) {
      throw new IOException(
          "this node admits others with a reach below %d only".formatted(self.reach()));
    }
    if (!founder && !self.roles().containsAll(wish.roles())) {
      throw new IOException("this node gives roles only that it has itself");
    }
  }

  @Override
  public CompletionStage<NetworkView> join(String invitation, Optional<String> contact) {
    CompletableFuture<NetworkView> done = new CompletableFuture<>();
    try {
      NodeUri host;
      InvitationCode code;
      if (InvitationUri.isOne(invitation)) {
        InvitationUri uri = InvitationUri.parse(invitation);
        host = uri.host();
        code = uri.code();
      } else {
        code = InvitationCode.parse(invitation);
        host =
            NodeUri.parse(
                contact.orElseThrow(() ->
                    new WireException(
                        "a code alone does not say where its host is: name that too, as"
                            + " wormhole://ADDRESS@HOST:PORT, or use the invitation's uri")));
      }
      knock(host, code, done);
    } catch (WireException e) {
      done.completeExceptionally(new IOException(e.getMessage(), e));
    }
    return done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void knock(NodeUri host, InvitationCode code, CompletableFuture<NetworkView> done) {
    if (node.carrier(host.carrier()).isEmpty()) {
      done.completeExceptionally(
          new IOException("this machine has no carrier " + host.carrier() + " to that host"));
      return;
    }
    LinkAdmission.Visit visit =
        new LinkAdmission.Visit() {
          @Override
          public Invitation begin(NodeId peer, Bytes binding, Instant now) {
            return Invitation.guest(code, node.id(), peer, binding, node.entropy(), now);
          }

          @Override
          public void onWelcome(Invitation.Output.Welcomed welcome) {
            work.execute(() -> moveIn(host, welcome, done));
          }
        };
    Shard shard = node.shards().getFirst();
    shard.run(() ->
        NodeLink.visit(
                shard,
                host.node(),
                Map.of(host.carrier(), host.place()),
                List.of(host.carrier()),
                visit)
            .whenOpen(
                new NodeLink.OpenListener() {
                  @Override
                  public void onOpen(NodeLink link) {
                    throw new IllegalStateException("a visit ends without an open link");
                  }

                  @Override
                  public void onFailed(String why) {
                    if (!why.equals("closed here") && !why.equals(NodeLink.VISITED)) {
                      done.completeExceptionally(new IOException("not admitted: " + why));
                    }
                  }
                }));
  }

  private void moveIn(
      NodeUri host, Invitation.Output.Welcomed welcome, CompletableFuture<NetworkView> done) {
    try {
      List<String> founders = welcome.charter().founders().stream().map(NodeId::address).toList();
      Network rules =
          new Network(welcome.name(), Network.OpenTo.INVITED, founders, List.of(host.format()));
      if (!Bytes.of(rules.idBytes()).equals(welcome.charter().network())) {
        throw new IOException("the host names a network by another hash than that of its rules");
      }
      NetworkHost joined = node.networks().keep(KeptNetwork.of(rules));
      joined.shown(welcome.chain());
      node.networks().write();
      done.complete(view(joined));
    } catch (IOException e) {
      done.completeExceptionally(e);
    } catch (IllegalArgumentException e) {
      done.completeExceptionally(new IOException("the host's network: " + e.getMessage(), e));
    }
  }

  @Override
  public List<MemberView> members(String network) throws IOException {
    NetworkHost host = closed(network);
    MemberRoll roll = host.roll().orElseThrow();
    Set<NodeId> linked = new LinkedHashSet<>();
    linksOf(host).forEach(link -> link.peer().ifPresent(linked::add));
    Map<String, MemberView> views = new LinkedHashMap<>();
    roll.members().values().stream()
        .sorted(Comparator.comparing(member -> member.id().address()))
        .forEach(member ->
            views.put(
                member.id().address(),
                new MemberView(
                    member.id().address(),
                    NodeAddress.nickname(member.id()),
                    member.id().equals(node.id()),
                    roll.charter().founders().contains(member.id()),
                    member.roles().stream().sorted().toList(),
                    member.reach(),
                    member.expires(),
                    linked.contains(member.id()))));
    return List.copyOf(views.values());
  }

  @Override
  public List<PeerView> peers() {
    List<PeerView> views = new ArrayList<>();
    for (NetworkHost host : node.networks().all()) {
      List<NodeLink> links = linksOf(host);
      for (NodeDescriptor each : host.peers().reachable()) {
        Optional<NodeLink> link =
            links.stream()
                .filter(it -> it.peer().filter(each.id()::equals).isPresent())
                .findFirst();
        views.add(
            new PeerView(
                each.id().address(),
                NodeAddress.nickname(each.id()),
                host.rules().name(),
                each.address(PipeCarrier.NAME)
                    .map(it -> List.of(it.split(",", -1)))
                    .orElse(List.of()),
                each.carriers().keySet().stream()
                    .filter(name -> !name.equals(PipeCarrier.NAME))
                    .toList(),
                link.map(NodeLink::carrier),
                link.map(NodeLink::roundTripNanos).filter(it -> it > 0).map(Duration::ofNanos)));
      }
    }
    views.sort(Comparator.comparing(PeerView::network).thenComparing(PeerView::node));
    return views;
  }

  @Override
  public WhyView why(String peer) throws IOException {
    List<PeerView> meant = PeerNames.meant(peer, peers());
    if (meant.size() != 1) {
      throw new IOException(
          meant.isEmpty()
              ? "no node is known as %s: its word has not come here or has expired; `wormholes peers` lists those that are"
                  .formatted(peer)
              : "several nodes are known as " + peer + ": name one by its key");
    }
    PeerView found = meant.getFirst();
    NetworkHost host =
        node.networks().all().stream()
            .filter(each -> each.rules().name().equals(found.network()))
            .findFirst()
            .orElseThrow(() -> new IOException("the network was left"));
    try {
      List<AttemptView> attempts = host.peers().attempts(NodeId.parse(found.node()));
      return new WhyView(
          found,
          PeerReasons.of(found, attempts, node.carrierNames(), host.peers().isReachable()),
          attempts);
    } catch (WireException e) {
      throw new IllegalStateException("a node's own address", e);
    }
  }

  @Override
  public List<ReachView> reach() {
    return node.networks().all().stream()
        .filter(host -> host.peers().isReachable())
        .map(host ->
            new ReachView(
                host.rules().name(),
                node.id().address(),
                host.peers()
                    .meetingPlaces()
                    .map(it -> List.of(it.split(",", -1)))
                    .orElse(List.of()),
                host.peers().published()))
        .sorted(Comparator.comparing(ReachView::network))
        .toList();
  }

  @Override
  public void revoke(String network, String member) throws IOException {
    NetworkHost host = closed(network);
    MemberRoll roll = host.roll().orElseThrow();
    NodeId who = memberOf(roll, member);
    if (roll.charter().founders().contains(who)) {
      throw new IOException("a founder belongs to its network for ever");
    }
    if (!roll.revoke(who)) {
      throw new IOException("this node may not take back that " + member + " belongs there");
    }
    node.networks().write();
  }

  /// A member by its address or its nickname.
  private static NodeId memberOf(MemberRoll roll, String text) throws IOException {
    List<NodeId> meant =
        roll.members().keySet().stream()
            .filter(id -> id.address().equals(text) || NodeAddress.nickname(id).equals(text))
            .toList();
    if (meant.size() != 1) {
      throw new IOException(
          meant.isEmpty() ? "there is no member " + text : "several members are called " + text);
    }
    return meant.getFirst();
  }

  @Override
  public NetworkView befriend(String network, String friend) throws IOException {
    NodeId who = friend(friend);
    NetworkHost host = amongFriends(network);
    List<String> friends = others(host, who);
    friends.add(friend);
    return keepFriends(host, friends);
  }

  @Override
  public NetworkView unfriend(String network, String friend) throws IOException {
    NodeId who = friend(friend);
    NetworkHost host = amongFriends(network);
    if (!host.friends().contains(who)) {
      throw new IOException("it is no friend in network " + network);
    }
    return keepFriends(host, others(host, who));
  }

  private NetworkView keepFriends(NetworkHost host, List<String> friends) throws IOException {
    Network rules = host.rules();
    return view(
        node.networks()
            .keep(
                new KeptNetwork(
                    rules.name(),
                    rules.openTo().word(),
                    rules.founders(),
                    rules.bootstraps(),
                    friends,
                    List.of())));
  }

  private List<String> others(NetworkHost host, NodeId who) throws IOException {
    List<String> friends = new ArrayList<>();
    for (String each :
        node.networks().kept(host.id()).map(KeptNetwork::friends).orElse(List.of())) {
      if (!friend(each).equals(who)) {
        friends.add(each);
      }
    }
    return friends;
  }

  private static NodeId friend(String text) throws IOException {
    try {
      return Networks.friend(text);
    } catch (WireException e) {
      throw new IOException(
          "a friend must be an address or wormhole://ADDRESS@HOST:PORT: " + e.getMessage(), e);
    }
  }

  private NetworkHost closed(String network) throws IOException {
    return meant(network, Network.OpenTo.INVITED);
  }

  private NetworkHost amongFriends(String network) throws IOException {
    return meant(network, Network.OpenTo.FRIENDS);
  }

  private NetworkHost meant(String network, Network.OpenTo open) throws IOException {
    List<NetworkHost> named =
        node.networks().all().stream()
            .filter(
                host -> host.rules().name().equals(network) || host.rules().id().equals(network))
            .toList();
    if (named.isEmpty()) {
      throw new IOException("this node belongs to no network " + network);
    }
    List<NetworkHost> fit = named.stream().filter(host -> host.rules().openTo() == open).toList();
    if (fit.size() != 1) {
      throw new IOException(
          fit.isEmpty()
              ? "network %s is open to %s"
                  .formatted(network, named.getFirst().rules().openTo().described())
              : "several networks are called " + network + ": name one by its id");
    }
    return fit.getFirst();
  }
}
