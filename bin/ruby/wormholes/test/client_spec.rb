# frozen_string_literal: true

# Runs against a live engine whose whereabouts are in the environment; see RubyClientTest.

require "minitest/autorun"
require "timeout"
require "wormholes"

SOCKET = ENV.fetch("TEST_SOCKET")
RULES = ENV.fetch("TEST_RULES")
SCRIPT = ENV.fetch("TEST_SCRIPT")
WRONG = ENV.fetch("TEST_WRONG")
PORT = Integer(ENV.fetch("TEST_PORT"))
LAUNCHER = ENV.fetch("TEST_LAUNCHER")

describe Wormholes do
  before { @client = Wormholes.connect(SOCKET, launcher: LAUNCHER) }

  def applied
    @client.apply(RULES)
  end

  it "tells how the engine is" do
    status = @client.status

    _(status[:network]).must_equal "local"
    _(status[:process]).must_be_kind_of Integer
    _(@client.nodes.map { |node| node[:roles] }).must_include %w[exit guard relay]
  end

  it "plans and applies a compiled ruleset" do
    applied
    plan = @client.plan(RULES)

    _(plan[:candidate]).must_match(/\Awr1-\h{64}\z/)
    _(plan[:running]).must_equal plan[:candidate]
    _(@client.status[:ruleset][:name]).must_equal "client"
    _(@client.tunnels.map { |tunnel| tunnel[:name] }).must_include "web"
  end

  it "takes the bytes of a ruleset" do
    _(@client.plan(File.binread(RULES))[:candidate]).must_equal @client.plan(RULES)[:candidate]
  end

  it "compiles a script first" do
    _(@client.plan(SCRIPT)[:candidate]).must_equal @client.plan(RULES)[:candidate]
  end

  it "tells the problems of a script with their places" do
    error = _ { @client.apply(WRONG) }.must_raise Wormholes::NotCompiled

    _(error.problems.first[:line]).must_equal 2
    _(error.message).must_match(/wrong\.rb:2:\d+: /)
  end

  it "tells what can't be read" do
    _ { @client.plan("/nowhere/at/all.rb") }.must_raise Wormholes::NotCompiled
  end

  it "explains a flow" do
    applied
    explanation = @client.explain("https://example.org")

    _(explanation[:verdict]).must_equal "tunnel"
    _(explanation[:tunnel]).must_equal "web"
  end

  it "raises the engine's refusals with their code" do
    applied
    error = _ { @client.explain("no flow at all://") }.must_raise Wormholes::Refused

    _(error.code).must_equal "bad-request"
    _(error.status).must_equal 400
    _(_ { @client.call("GET", "/v1/nothing") }.must_raise(Wormholes::Refused).code).must_equal "no-such-route"
    _(_ { @client.proxy("nowhere") }.must_raise(Wormholes::Refused).code).must_equal "no-tunnel"
  end

  it "refuses to replace what another one applied" do
    applied
    error = _ { @client.apply(RULES, running: "wr1-#{"0" * 64}") }.must_raise Wormholes::Refused

    _(error.code).must_equal "stale-plan"
  end

  it "keeps a history" do
    applied

    _(@client.history.last[:name]).must_equal "client"
  end

  it "says what happens while it happens" do
    applied
    heard = Queue.new
    listener = Thread.new { @client.events { |event| heard << event } }
    event = Timeout.timeout(30) do
      # Asked again until the listener, which says nothing when it begins, has heard something.
      @client.apply(RULES) while heard.empty?
      heard.pop
    end
    listener.kill

    _(event).must_include :kind
    _(event).must_include :at
  end

  it "gives events as an enumerator" do
    _(@client.events).must_be_kind_of Enumerator
  end

  it "opens a socket through a tunnel" do
    applied
    page = Timeout.timeout(60) do
      @client.tcp("web", "127.0.0.1", PORT) do |socket|
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        socket.read
      end
    end

    _(page).must_match(/a page\z/)
  end

  it "opens no socket to where the exit does not lead" do
    applied

    _ { Timeout.timeout(60) { @client.tcp("web", "192.0.2.1", 9) } }.must_raise Wormholes::NotConnected
  end

  it "says that there is no engine" do
    _ { Wormholes.connect("#{SOCKET}.none").status }.must_raise Wormholes::NoEngine
  end

  it "finds the socket of this user" do
    _(Wormholes.control_socket({ "XDG_RUNTIME_DIR" => "/run/user/7" })).must_equal "/run/user/7/wormholes/control.sock"
    _(Wormholes.control_socket({ "HOME" => "/home/ann" })).must_equal "/home/ann/.local/state/wormholes/control.sock"
  end
end
