# A small Rails application with Doorkeeper as its OpenID provider, as its README sets one up. Reads from the environment:
# PORT, PLACE (an own directory), TRUSTED and ASKING (the ids of two public clients). The signing key is PLACE/key.pem.
require 'rails'
require 'action_controller/railtie'
require 'active_record/railtie'
require 'doorkeeper'
require 'doorkeeper/orm/active_record'
require 'doorkeeper/openid_connect'

PLACE = ENV.fetch('PLACE')
TRUSTED = ENV.fetch('TRUSTED')
ENV['DATABASE_URL'] = "sqlite3:#{PLACE}/people.sqlite3"

class Application < Rails::Application
  config.load_defaults Rails::VERSION::STRING.to_f
  config.root = PLACE
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = 'of-this-test-alone' * 4
  config.consider_all_requests_local = false
  config.action_dispatch.show_exceptions = :all
  config.logger = Logger.new($stdout, level: :warn)
end

class User < ActiveRecord::Base; end

Doorkeeper.configure do
  orm :active_record
  resource_owner_authenticator do
    User.find_by(id: cookies['uid']) || redirect_to("/login?back=#{CGI.escape(request.fullpath)}")
  end
  skip_authorization { |_owner, client| client.uid == TRUSTED }
  access_token_expires_in 60
  use_refresh_token
  default_scopes :openid
  optional_scopes :profile, :email, :'traces:read'
  grant_flows %w[authorization_code]
  force_ssl_in_redirect_uri false
end

Doorkeeper::OpenidConnect.configure do
  protocol { :http }
  issuer "http://127.0.0.1:#{ENV.fetch('PORT')}"
  signing_key File.read("#{PLACE}/key.pem")
  subject_types_supported [:public]
  resource_owner_from_access_token { |token| User.find_by(id: token.resource_owner_id) }
  auth_time_from_resource_owner { |user| user.created_at }
  subject { |user, _application| user.id.to_s }
  claims do
    claim(:email, response: %i[id_token user_info]) { |user| user.email }
    claim(:groups, scope: :profile, response: %i[id_token user_info]) { |_user| ['ops'] }
  end
end

Application.initialize!

class LoginController < ActionController::Base
  skip_forgery_protection
  def show = render(html: '<form method="post"><input name="login"><button>Sign in</button></form>'.html_safe)

  def create
    cookies['uid'] = User.find_by!(email: "#{params[:login]}@example.org").id
    redirect_to params[:back]
  end
end

ActiveRecord::Schema.verbose = false
unless ActiveRecord::Base.connection.table_exists?(:users)
  # The tables of `rails generate doorkeeper:migration`, `doorkeeper:pkce` and `doorkeeper:openid_connect:migration`.
  ActiveRecord::Schema.define do
    create_table(:users) do |t|
      t.string :email
      t.timestamps
    end
    create_table(:oauth_applications) do |t|
      t.string :name, :uid, :secret, null: false
      t.text :redirect_uri, null: false
      t.string :scopes, null: false, default: ''
      t.boolean :confidential, null: false, default: true
      t.timestamps
    end
    create_table(:oauth_access_grants) do |t|
      t.references :resource_owner, :application, null: false
      t.string :token, null: false
      t.integer :expires_in, null: false
      t.text :redirect_uri, null: false
      t.string :scopes, null: false, default: ''
      t.datetime :created_at, null: false
      t.datetime :revoked_at
      t.string :code_challenge, :code_challenge_method
    end
    create_table(:oauth_access_tokens) do |t|
      t.references :resource_owner
      t.references :application, null: false
      t.string :token, null: false
      t.string :refresh_token, :scopes
      t.integer :expires_in
      t.datetime :created_at, null: false
      t.datetime :revoked_at
      t.string :previous_refresh_token, null: false, default: ''
    end
    create_table(:oauth_openid_requests) do |t|
      t.references :access_grant, null: false
      t.string :nonce, null: false
    end
  end
  %w[alice bob].each { |name| User.create!(email: "#{name}@example.org") }
  [TRUSTED, ENV.fetch('ASKING')].each do |id|
    # A loopback address without a port stands for every port (RFC 8252 section 7.3).
    Doorkeeper::Application.create!(
      name: id, uid: id, secret: '', confidential: false,
      scopes: 'openid profile email traces:read', redirect_uri: 'http://127.0.0.1/callback'
    )
  end
end

Application.routes.draw do
  use_doorkeeper
  use_doorkeeper_openid_connect
  get '/login', to: 'login#show'
  post '/login', to: 'login#create'
end

run Application
