package org.wormholes.protocol.circuit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Remembers what a circuit told its exit, and hands every stream to a recorder.
final class ExitSide implements CircuitListener {
  final List<Recorder> streams = new ArrayList<>();
  final List<Target> targets = new ArrayList<>();
  final List<StreamClaim> claims = new ArrayList<>();
  final List<DatagramEnd> flows = new ArrayList<>();
  final List<String> datagrams = new ArrayList<>();
  final List<Reason> flowsClosed = new ArrayList<>();
  final List<Integer> queries = new ArrayList<>();
  final List<String> names = new ArrayList<>();
  boolean connects = true;
  boolean consumes = true;
  long bytesBack;
  @Nullable Reason closed;

  @Override
  public void onReady() {}

  @Override
  public void onStream(StreamEnd stream, Target target) {
    int number = streams.size();
    Recorder recorder = new Recorder("exit " + number, -1 - number, number, bytesBack);
    recorder.consumes = consumes;
    recorder.finishes = false;
    recorder.stream = stream;
    stream.listener(recorder);
    streams.add(recorder);
    targets.add(target);
    if (connects) {
      stream.connected(4);
    }
  }

  @Override
  public void onClaim(StreamClaim claim) {
    claims.add(claim);
  }

  @Override
  public void onDatagramFlow(DatagramEnd flow) {
    flows.add(flow);
    flow.listener(
        new DatagramListener() {
          @Override
          public void onDatagram(Target target, byte[] array, int offset, int length) {
            datagrams.add(target.text() + " " + length);
          }

          @Override
          public void onClosed(Reason reason) {
            flowsClosed.add(reason);
          }
        });
  }

  @Override
  public void onResolve(int query, Host.Name name, int family) {
    queries.add(query);
    names.add(name.text() + "/" + family);
  }

  @Override
  public void onAsk(int query, NameQuestion question) {
    queries.add(query);
    names.add(question.name() + "/" + question.type() + (question.signed() ? "/signed" : ""));
  }

  @Override
  public void onClosed(Reason reason) {
    closed = reason;
  }
}
