tunnel "web" do
end
