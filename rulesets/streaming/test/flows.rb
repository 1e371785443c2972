tests "streaming" do
  flow("https://stream.example/live").uses "videos"
  flow("https://1.1.1.1", sni: "edge7.videocdn.example").uses "videos"
  flow("https://1.1.1.1").uses "web"
  flow("https://example.org").uses "web"
end
